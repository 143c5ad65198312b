import Crypto
import JWTKit

/// The public keys that verify tokens, each bound to one algorithm.
///
/// The key decides the algorithm, not the token's header. This excludes `none` and an HMAC made with a public key (RFC
/// 8725, sections 2.1 and 3.1). A set never holds a symmetric key.
struct KeySet: Sendable {
    struct Entry: Sendable {
        let keyID: String?
        let algorithm: any JWTAlgorithm
    }

    let entries: [Entry]

    /// Tells whether a key of the set signed the token, with the key's own algorithm. A token without `kid` may be
    /// signed with any key of its algorithm.
    func verify(_ token: CompactToken) -> Bool {
        entries.contains { entry in
            guard entry.algorithm.name == token.algorithm, token.keyID == nil || entry.keyID == token.keyID else {
                return false
            }
            do {
                return try entry.algorithm.verify(token.signature, signs: token.signed)
            } catch {
                // A signature of the wrong length throws; the caller learns only that it does not verify.
                return false
            }
        }
    }

    /// Tells whether a token's `kid` is in the set. True for a token without `kid`.
    func knows(_ keyID: String?) -> Bool {
        keyID == nil || entries.contains { $0.keyID == keyID }
    }

    /// The set of one development key.
    static func development(_ key: P256.Signing.PublicKey, keyID: String) async throws -> KeySet {
        let id = JWKIdentifier(string: keyID)
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: try ES256PublicKey(backing: key), kid: id)
        return KeySet(entries: [Entry(keyID: keyID, algorithm: try await keys.getKey(for: id))])
    }
}
