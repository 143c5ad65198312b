import AsyncHTTPClient
import NIOCore
import NIOSSL

extension WaybillClient {
    /// How a client treats its connections. The defaults suit a service of Waybill's own settings.
    public struct Settings: Sendable {
        /// A connection on which nothing came for so long is given up. The service says something every 15 s.
        public var silence: Duration = .seconds(45)
        /// How long making a connection may take.
        public var connectTimeout: Duration = .seconds(10)
        /// How long the service may take until it begins to answer.
        public var answerTimeout: Duration = .seconds(30)
        /// How long to wait before coming back, until the service says it by `retry`.
        public var reconnectionTime: Duration = .seconds(2)
        /// How long to wait at most between attempts that fail.
        public var longestPause: Duration = .seconds(30)
        /// Bytes that an event of a stream may have.
        public var maximumEventSize = 16 * 1024 * 1024
        /// Whether 502, 503 and 504 count as attempts that failed, since they come from a proxy whose service is away. By
        /// the standard they end the stream, as every status but 200 does.
        public var waitsForService = false

        /// A file of certificates (PEM) by which the service's is checked over TLS; nil for the system's.
        public var certificateAuthorities: String?

        /// The defaults.
        public init() {}

        /// - Throws: what reading the certificates meets.
        func http() throws -> HTTPClient.Configuration {
            var configuration = HTTPClient.Configuration(
                timeout: .init(connect: TimeAmount(connectTimeout), read: TimeAmount(silence))
            )
            if let certificateAuthorities {
                var tls = TLSConfiguration.makeClientConfiguration()
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(certificateAuthorities))
                configuration.tlsConfiguration = tls
            }
            // A connection for each stream. Over HTTP/2 they would share one, and one that went silent would be tried again
            // and again, while the streams beyond those that it carries would wait for others to end.
            configuration.httpVersion = .http1Only
            // Attempts are this client's own to repeat.
            configuration.connectionPool.retryConnectionEstablishment = false
            // A stream keeps its connection, and none may wait for another's end.
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = .max
            return configuration
        }
    }
}
