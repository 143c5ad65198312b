/// A version of HTTP, as far as its bytes differ.
enum HTTPVersion: Sendable {
    case http1
    case http2

    /// The first bytes of an HTTP/2 connection without negotiation (RFC 9113, section 3.4).
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// - Returns: nil where the version needs more bytes to be told.
    init?(firstBytes: some Collection<UInt8>) {
        guard firstBytes.starts(with: Self.preface) else {
            if Self.preface.starts(with: firstBytes) { return nil }
            self = .http1
            return
        }
        self = .http2
    }
}
