import CNIOBoringSSL

/// The settings and the certificate of TLS connections. Connections that have begun keep their context.
///
/// Unchecked, since the compiler cannot see that BoringSSL locks what it changes in an `SSL_CTX` after the
/// initialisation: the keys of session tickets and the reference count.
final class TLSContext: @unchecked Sendable {
    private let context: OpaquePointer

    /// - Parameters:
    ///   - chain: the certificates in DER, the server's own first.
    ///   - key: the private key of the first certificate, in PEM.
    /// - Throws: `TLSError`: `noKey` where the key cannot be read without a passphrase, another one where the
    ///   certificate and the key cannot be used together.
    init(chain: [[UInt8]], key: [UInt8]) throws(TLSError) {
        guard let context = SSL_CTX_new(TLS_server_method()) else { throw TLSError.takeNewest() }
        do {
            try TLSProfile.apply(to: context)
            for (index, certificate) in chain.enumerated() {
                try Self.add(certificate, to: context, isLeaf: index == 0)
            }
            try Self.use(key, in: context)
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        self.context = context
    }

    deinit { SSL_CTX_free(context) }

    private static func add(_ certificate: [UInt8], to context: OpaquePointer, isLeaf: Bool) throws(TLSError) {
        let parsed = certificate.withUnsafeBufferPointer { bytes in
            var next = bytes.baseAddress
            return d2i_X509(nil, &next, bytes.count)
        }
        guard let parsed else { throw TLSError.takeNewest() }
        // Each of the two calls takes a reference of its own.
        defer { X509_free(parsed) }
        let isTaken =
            isLeaf ? SSL_CTX_use_certificate(context, parsed) : SSL_CTX_add1_chain_cert(context, parsed)
        guard isTaken == 1 else { throw TLSError.takeNewest() }
    }

    private static func use(_ key: [UInt8], in context: OpaquePointer) throws(TLSError) {
        let parsed = key.withUnsafeBytes { bytes in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, bytes.count) else { return OpaquePointer?.none }
            defer { BIO_free(bio) }
            // There is no passphrase, and nobody is asked for one.
            return PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let parsed else {
            ERR_clear_error()
            throw TLSError.noKey
        }
        defer { EVP_PKEY_free(parsed) }
        guard SSL_CTX_use_PrivateKey(context, parsed) == 1 else { throw TLSError.takeNewest() }
    }

    /// Makes the server's side of one connection.
    func makeSession() throws(TLSError) -> TLSSession {
        guard let ssl = SSL_new(context) else { throw TLSError.takeNewest() }
        return try TLSSession(ssl)
    }
}
