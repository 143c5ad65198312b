import Crypto
import FoundationEssentials

/// The value of a session's cookie: 256 random bits as 43 characters of base64url.
///
/// A session stands for the bearer token that it was exchanged for. The service stores the token sealed with a key that
/// only the cookie's value yields, beside a hash of that value. So a reader of the database gains neither, and each
/// request of a session passes the same checks as its token: signature, issuer, expiry, and keys that were withdrawn.
package struct SessionSecret: Sendable {
    /// The number of characters in a cookie's value.
    package static let length = 43

    /// The value of the cookie.
    package var text: String { secret.text }
    private let secret: RandomSecret

    /// A new one from the system's random generator.
    package static func make() -> SessionSecret { SessionSecret(secret: .make(byteCount: 32)) }

    /// Reads a text. Tells nothing about the existence of its session.
    ///
    /// - Returns: nil for a text that no session has.
    package init?(_ text: some StringProtocol) {
        guard let secret = RandomSecret(text, length: Self.length) else { return nil }
        self.init(secret: secret)
    }

    private init(secret: RandomSecret) { self.secret = secret }

    /// The hash by which the service finds the session; also its name among open streams.
    package var hash: [UInt8] { derive("waybill session hash").withUnsafeBytes(Array.init) }

    /// Seals a bearer token for the session's row (AES-256-GCM). Each session has a key of its own.
    package func seal(_ token: String) throws -> [UInt8] {
        guard let sealed = try AES.GCM.seal(Data(token.utf8), using: sealingKey).combined else {
            preconditionFailure("AES-GCM with a nonce of 12 bytes always has a combined form")
        }
        return Array(sealed)
    }

    /// The bearer token of a session's row; nil for bytes that were not sealed for this session.
    package func open(_ sealed: [UInt8]) -> String? {
        do {
            let box = try AES.GCM.SealedBox(combined: sealed)
            return String(validating: try AES.GCM.open(box, using: sealingKey), as: UTF8.self)
        } catch {
            return nil
        }
    }

    private var sealingKey: SymmetricKey { derive("waybill session token") }

    private func derive(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret.bytes),
            info: Array(purpose.utf8),
            outputByteCount: 32
        )
    }
}
