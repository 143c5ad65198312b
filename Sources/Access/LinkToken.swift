import Crypto

/// The token of a tracking link: 192 random bits as 32 characters of base64url. The service stores its hash alone.
///
/// A plain hash is enough, since no dictionary holds a random token.
package struct LinkToken: Sendable {
    /// The number of characters in a token.
    package static let length = 32
    private static let byteCount = 24

    /// The token as the link carries it. It gives access to the order, so that it belongs in no log.
    package let text: String
    private let bytes: [UInt8]

    /// A new token from the system's random generator.
    package static func make() -> LinkToken {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return LinkToken(text: Base64URL.encode(bytes), bytes: bytes)
    }

    /// Reads a token. Tells nothing about the existence of its link.
    ///
    /// - Returns: nil for a text that no link has.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length, let bytes = Base64URL.decode(Array(text.utf8)) else { return nil }
        self.init(text: String(text), bytes: bytes)
    }

    private init(text: String, bytes: [UInt8]) {
        self.text = text
        self.bytes = bytes
    }

    /// The SHA-256 by which the service finds the link.
    package var hash: [UInt8] { Array(SHA256.hash(data: bytes)) }
}
