import Crypto
import JWTKit

/// The public keys that verify tokens, each bound to one algorithm.
///
/// The key decides the algorithm, not the token's header. This excludes `none` and an HMAC made with a public key (RFC
/// 8725, sections 2.1 and 3.1). A set never holds a symmetric key.
struct KeySet: Sendable {
    struct Entry: Sendable {
        let keyID: String?
        /// The values of a token's `alg` that mean the algorithm.
        let names: Set<String>
        let algorithm: any JWTAlgorithm
        let thumbprint: KeyThumbprint
    }

    let entries: [Entry]

    /// The entries whose key may have signed the token: those of its `kid`, else those of keys without one; all of a
    /// token without `kid`. The algorithm is always the key's own.
    func candidates(for token: CompactToken) -> [Entry] {
        let fitting = entries.filter { $0.names.contains(token.algorithm) }
        guard let keyID = token.keyID else { return fitting }
        return fitting.filter { $0.keyID == (knows(keyID) ? keyID : nil) }
    }

    /// Tells whether a key of the set has this `kid`.
    func knows(_ keyID: String) -> Bool { entries.contains { $0.keyID == keyID } }

    /// Tells whether a key of the set has no `kid`. Such a key may be that of any token.
    var hasUnnamedKeys: Bool { entries.contains { $0.keyID == nil } }

    /// Tells whether the set holds the key, under any `kid`.
    func contains(_ key: KeyThumbprint) -> Bool { entries.contains { $0.thumbprint == key } }

    /// Tells whether both sets verify the same tokens.
    func isSame(as other: KeySet) -> Bool {
        entries.elementsEqual(other.entries) {
            $0.keyID == $1.keyID && $0.names == $1.names && $0.thumbprint == $1.thumbprint
        }
    }

    /// The set of one development key.
    static func development(_ key: P256.Signing.PublicKey, keyID: String) async throws -> KeySet {
        let id = JWKIdentifier(string: keyID)
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: try ES256PublicKey(backing: key), kid: id)
        let algorithm = try await keys.getKey(for: id)
        let thumbprint = KeyThumbprint(key)
        return KeySet(entries: [
            Entry(keyID: keyID, names: [algorithm.name], algorithm: algorithm, thumbprint: thumbprint)
        ])
    }
}

extension KeySet.Entry {
    /// Tells whether the key signed the token.
    func verifies(_ token: CompactToken) -> Bool {
        do {
            return try algorithm.verify(token.signature, signs: token.signed)
        } catch {
            // A signature of the wrong length throws; the caller learns only that it does not verify.
            return false
        }
    }
}
