import AsyncHTTPClient
import NIOCore
import NIOSSL

extension WaybillClient {
    /// The settings of a client's connections. The defaults suit a service with default settings.
    public struct Settings: Sendable {
        /// The time after which a silent connection counts as lost. By default the service sends something every 15 s.
        public var idleTimeout: Duration = .seconds(45)
        /// The time limit for making a connection.
        public var connectTimeout: Duration = .seconds(10)
        /// The time limit for the service to begin its response.
        public var responseTimeout: Duration = .seconds(30)
        /// The time to wait before a stream that ended is requested again, until the service names another by `retry`.
        public var reconnectionTime: Duration = .seconds(2)
        /// The longest time to wait between failed attempts. The delay grows from ``reconnectionTime`` to this.
        public var maximumBackoff: Duration = .seconds(30)
        /// The size limit of an event in bytes. A larger event ends the stream.
        public var maximumEventSize = 16 * 1024 * 1024
        /// True to treat the statuses 502, 503 and 504 as failed attempts, which are repeated.
        ///
        /// A proxy answers with these statuses while its service is away. By the standard for EventSource they would
        /// end the stream, as every status but 200 does.
        public var retriesGatewayErrors = true

        /// The path of a PEM file with the certificate authorities to trust; nil for the system's.
        public var certificateAuthorities: String?

        /// Creates settings with the default values.
        public init() {}

        /// The settings of the HTTP client.
        ///
        /// - Throws: an error of reading the certificates.
        func httpConfiguration() throws -> HTTPClient.Configuration {
            var configuration = HTTPClient.Configuration(
                timeout: .init(connect: TimeAmount(connectTimeout), read: TimeAmount(idleTimeout))
            )
            if let certificateAuthorities {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificateAuthorities))
                configuration.tlsConfiguration = tls
            }
            // One connection for each stream. Over HTTP/2 the streams would share one: a silent connection would be
            // reused again and again, and streams beyond its limit would wait for others to end.
            configuration.httpVersion = .http1Only
            // `StreamSession` repeats failed attempts itself.
            configuration.connectionPool.retryConnectionEstablishment = false
            // A stream keeps its connection. No stream may wait for the end of another.
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = .max
            return configuration
        }
    }
}
