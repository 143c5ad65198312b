import NIOCore
import NIOSSL

/// How TLS is spoken: what Mozilla's server side TLS guidelines (version 5.7, 2025) call “intermediate”, of which BoringSSL
/// has no finite-field Diffie-Hellman.
enum TLSProfile {
    /// For TLS 1.2; those of 1.3 are not for us to choose. Any of them is good, so the client's order counts.
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
        // How long a client has to answer that the connection ends.
        configuration.shutdownTimeout = .seconds(2)
        return configuration
    }

    /// For each connection.
    static let connection: NIOSSLHandler.Configuration = {
        var configuration = NIOSSLHandler.Configuration()
        // A buffer that a long catch-up made large would stay so for as long as the stream is quiet.
        configuration.maximumPreservedOutboundBufferCapacity = 4096
        return configuration
    }()
}
