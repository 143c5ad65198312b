package import HTTPTypes
package import HummingbirdCore

extension HTTPServerBuilder {
    /// A server of HTTP/1.1 and HTTP/2 that handles each connection on the thread of its event loop.
    ///
    /// - Parameters:
    ///   - certificates: the certificate for TLS; nil for clear text.
    ///   - limiter: bounds the connections.
    ///   - crossOrigins: the pages of other origins that may use the service; nil for none.
    ///   - pathFields: the fields that every response to a request gets because of the request's path.
    ///   - isLiveResponse: tells live responses from others.
    ///   - faults: words the responses that the transport gives by itself.
    ///   - responder: answers requests of HTTP/2 without a channel for each.
    ///   - application: adds the application's handlers, which see each request before Hummingbird does.
    package static func loopBound(
        certificates: CertificateStore?,
        limiter: ConnectionLimiter,
        crossOrigins: CrossOriginPolicy?,
        pathFields: @escaping @Sendable (HTTPRequest) -> HTTPFields,
        isLiveResponse: @escaping LiveResponseRule,
        faults: @escaping FaultResponder,
        responder streams: any HTTP2Responder,
        application: @escaping ApplicationInstaller
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            ServingChannel(
                responder: responder,
                certificates: certificates,
                application: application,
                limiter: limiter,
                exchanges: ExchangeSettings(
                    timeouts: ConnectionTimeouts(isLiveResponse: isLiveResponse),
                    crossOrigins: crossOrigins,
                    faults: faults,
                    pathFields: pathFields,
                    responder: streams
                )
            )
        }
    }
}
