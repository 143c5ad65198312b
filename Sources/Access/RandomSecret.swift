/// Random bytes that a caller shows as base64url, and of which the service stores a hash alone.
struct RandomSecret: Sendable {
    /// As the caller shows it. It gives access, so that it belongs in no log.
    let text: String
    let bytes: [UInt8]

    /// New bytes from the system's random generator.
    static func make(byteCount: Int) -> RandomSecret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return RandomSecret(text: Base64URL.encode(bytes), bytes: bytes)
    }

    /// Reads what a caller shows. Tells nothing about the existence of what it gives access to.
    ///
    /// - Parameter length: the number of characters that it must have.
    /// - Returns: nil for a text that is no such secret.
    init?(_ text: some StringProtocol, length: Int) {
        guard text.utf8.count == length, let bytes = Base64URL.decode(Array(text.utf8)) else { return nil }
        self.init(text: String(text), bytes: bytes)
    }

    private init(text: String, bytes: [UInt8]) {
        self.text = text
        self.bytes = bytes
    }
}
