package import HummingbirdCore

extension HTTPServerBuilder {
    /// A server of HTTP/1.1 and HTTP/2 that handles each connection on the thread of its event loop.
    ///
    /// - Parameters:
    ///   - certificates: the certificate for TLS; nil for clear text.
    ///   - isLiveResponse: tells live responses from others.
    ///   - application: adds the application's handlers, which see each request before Hummingbird does.
    package static func loopBound(
        certificates: CertificateStore?,
        isLiveResponse: @escaping LiveResponseRule,
        application: @escaping ApplicationInstaller
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            ServingChannel(
                responder: responder,
                certificates: certificates,
                application: application,
                timeouts: ConnectionTimeouts(isLiveResponse: isLiveResponse)
            )
        }
    }
}
