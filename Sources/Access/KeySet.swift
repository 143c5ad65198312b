import Crypto
import JWTKit

/// The public keys against which tokens are verified, each bound to one algorithm.
///
/// Binding the algorithm to the key, and not to what a token's header says, is what keeps out `none` and an HMAC made
/// with a public key (RFC 8725, sections 2.1 and 3.1). Nothing symmetric ever gets in.
struct KeySet: Sendable {
    struct Entry: Sendable {
        let keyID: String?
        let algorithm: any JWTAlgorithm
    }

    let entries: [Entry]

    /// Whether one of our keys signed the token, with the key's own algorithm. A token without `kid` may be signed with any
    /// key of its algorithm.
    func verify(_ token: CompactToken) -> Bool {
        entries.contains { entry in
            guard entry.algorithm.name == token.algorithm, token.keyID == nil || entry.keyID == token.keyID else {
                return false
            }
            do {
                return try entry.algorithm.verify(token.signature, signs: token.signed)
            } catch {
                // A signature of the wrong length throws; to the caller it is as bad as any other.
                return false
            }
        }
    }

    /// Whether a token's `kid` is one of ours. A token without `kid` names nothing unknown.
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
