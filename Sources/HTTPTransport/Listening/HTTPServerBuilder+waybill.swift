package import HummingbirdCore

extension HTTPServerBuilder {
    /// HTTP/1.1 and HTTP/2, each connection handled on its event loop's thread.
    ///
    /// - Parameters:
    ///   - certificates: for TLS; nil for clear text.
    ///   - application: adds the handlers that stand before Hummingbird.
    package static func loopBound(
        certificates: CertificateStore?,
        application: @escaping ApplicationInstaller
    ) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            ServingChannel(
                responder: responder,
                certificates: certificates,
                application: application,
                timeouts: ConnectionTimeouts()
            )
        }
    }
}
