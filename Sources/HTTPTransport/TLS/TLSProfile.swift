import CNIOBoringSSL
import NIOCore

/// The TLS settings of the “intermediate” profile in Mozilla's server side TLS guidelines (version 5.7, 2025), without
/// finite-field Diffie-Hellman, which BoringSSL does not have.
enum TLSProfile {
    /// The cipher suites of TLS 1.2; BoringSSL does not let those of TLS 1.3 be chosen. All are good, so the client's
    /// order decides.
    private static let ciphers = [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
    ]
    /// The groups for the key exchange, those first that the service prefers. The first is safe from quantum computers.
    private static let groups = [SSL_GROUP_X25519_MLKEM768, SSL_GROUP_X25519, SSL_GROUP_SECP256R1, SSL_GROUP_SECP384R1]
    /// The protocols over TLS (ALPN), the preferred one first.
    private static let protocols = ["h2", "http/1.1"].map { Array($0.utf8) }

    /// The time that a client has to answer the closing alert.
    static let closeDeadline = TimeAmount.seconds(2)

    /// Applies the settings to a new context, which is an `SSL_CTX`.
    static func apply(to context: OpaquePointer) throws(TLSError) {
        let groups = groups.map { UInt16($0) }
        guard SSL_CTX_set_min_proto_version(context, UInt16(TLS1_2_VERSION)) == 1,
            SSL_CTX_set_max_proto_version(context, UInt16(TLS1_3_VERSION)) == 1,
            SSL_CTX_set_strict_cipher_list(context, ciphers.joined(separator: ":")) == 1,
            SSL_CTX_set1_group_ids(context, groups, groups.count) == 1
        else { throw TLSError.takeNewest() }
        // A write that the socket does not take whole is tried again with bytes that may have moved.
        SSL_CTX_set_mode(context, UInt32(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER))
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, selected, length, offered, offeredLength, _ in
                guard let selected, let length, let offered else { return SSL_TLSEXT_ERR_NOACK }
                let list = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
                guard let range = TLSProfile.select(from: list) else { return SSL_TLSEXT_ERR_NOACK }
                selected.pointee = offered + range.lowerBound
                length.pointee = UInt8(range.count)
                return SSL_TLSEXT_ERR_OK
            },
            nil
        )
    }

    /// Selects the protocol of a connection (RFC 7301, section 3.2).
    ///
    /// - Parameter offered: the client's protocols, each after a byte with its length.
    /// - Returns: the place of the selected one; nil where none is known.
    static func select(from offered: some RandomAccessCollection<UInt8>) -> Range<Int>? {
        let offered = Array(offered)
        var found: [Range<Int>] = []
        var index = 0
        while index < offered.count {
            let range = index + 1..<index + 1 + Int(offered[index])
            guard range.upperBound <= offered.count else { return nil }
            found.append(range)
            index = range.upperBound
        }
        for name in protocols {
            if let range = found.first(where: { offered[$0].elementsEqual(name) }) { return range }
        }
        return nil
    }
}
