import Crypto

/// The token of a tracking link: 192 random bits as 32 characters of base64url. The service stores its hash alone.
///
/// A plain hash is enough, since no dictionary holds a random token.
package struct LinkToken: Sendable {
    /// The number of characters in a token.
    package static let length = 32

    /// The token as the link carries it. It gives access to the order, so that it belongs in no log.
    package var text: String { secret.text }
    private let secret: RandomSecret

    /// A new one from the system's random generator.
    package static func make() -> LinkToken { LinkToken(secret: .make(byteCount: 24)) }

    /// Reads a text. Tells nothing about the existence of its link.
    ///
    /// - Returns: nil for a text that no link has.
    package init?(_ text: some StringProtocol) {
        guard let secret = RandomSecret(text, length: Self.length) else { return nil }
        self.init(secret: secret)
    }

    private init(secret: RandomSecret) { self.secret = secret }

    /// The SHA-256 by which the service finds the link.
    package var hash: [UInt8] { Array(SHA256.hash(data: secret.bytes)) }
}
