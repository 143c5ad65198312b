import CNIOBoringSSL

/// The reason for which a TLS connection, or the context of TLS connections, cannot go on.
enum TLSError: Error, Sendable, Hashable, CustomStringConvertible {
    /// BoringSSL refuses the peer's bytes, or what it was given; by its own name for the cause.
    case refused(String)
    /// A file holds no private key in PEM that can be read without a passphrase.
    case noKey
    /// The connection ended during the handshake.
    case endedDuringHandshake
    /// The connection ended without the closing alert, so bytes may be missing at its end.
    case truncated

    var description: String {
        switch self {
        case .refused(let cause): "BoringSSL: \(cause)"
        case .noKey: "there is no private key in PEM that can be read without a passphrase"
        case .endedDuringHandshake: "the connection ended during the TLS handshake"
        case .truncated: "the connection ended without TLS's closing alert"
        }
    }

    /// The newest error of the calling thread's queue, which is emptied.
    static func takeNewest() -> TLSError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let reason = ERR_reason_error_string(code) else { return .truncated }
        return .refused(String(cString: reason))
    }
}
