import NIOCore
import NIOSSL

/// The TLS settings of the “intermediate” profile in Mozilla's server side TLS guidelines (version 5.7, 2025), without
/// finite-field Diffie-Hellman, which BoringSSL does not have.
enum TLSProfile {
    /// The cipher suites of TLS 1.2; BoringSSL does not let those of TLS 1.3 be chosen. All are good, so the client's
    /// order decides.
    private static let ciphers: [NIOTLSCipher] = [
        .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ]

    static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = ciphers
        configuration.applicationProtocols = ["h2", "http/1.1"]
        // The time that a client has to answer the closing alert.
        configuration.shutdownTimeout = .seconds(2)
        return configuration
    }

    /// The settings of each connection's handler.
    static let connection: NIOSSLHandler.Configuration = {
        var configuration = NIOSSLHandler.Configuration()
        // A buffer that a large response has grown would otherwise stay large while the connection is quiet.
        configuration.maximumPreservedOutboundBufferCapacity = 4096
        return configuration
    }()
}
