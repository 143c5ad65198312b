import Crypto
import Primitives
import Synchronization

/// Verifies bearer tokens and reads the principals that they name.
///
/// The verifier remembers verified tokens by their SHA-256, so that a client's next request costs a hash instead of a
/// signature. It checks a remembered token against the clock each time, forgets all of them when the keys change, and
/// remembers no refusals.
package final class TokenVerifier: Sendable {
    /// The number of seconds by which the issuer's clock may differ from the service's, for `exp` and `nbf`.
    package static let skewSeconds: Double = 60

    private struct Verified {
        let principal: Principal
        let notBefore: Double?
    }

    private struct Memory {
        var generation = 0
        var tokens: LRUCache<SHA256Digest, Verified>
    }

    private let keys: KeySource
    private let memory: Mutex<Memory>

    /// - Parameter capacity: the number of verified tokens that are remembered, at least 1.
    package init(keys: KeySource, capacity: Int = 10_000) {
        self.keys = keys
        self.memory = Mutex(Memory(tokens: LRUCache(capacity: capacity)))
    }

    /// Verifies a token.
    /// - Parameter now: seconds since 1970.
    /// - Returns: the principal; the caller applies its scope.
    /// - Throws: `AccessError`, each case a 401.
    package func verify(_ token: String, now: Double) async throws(AccessError) -> Principal {
        guard token.utf8.count <= CompactToken.maximumByteCount else {
            throw .malformedToken("it is longer than 8 KiB")
        }
        var snapshot = await keys.current(now: now)
        var bytes = token
        let digest = bytes.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
        if let verified = recall(digest, generation: snapshot.generation) {
            try Self.check(verified, now: now)
            return verified.principal
        }
        let parts = try CompactToken(token)
        if !snapshot.keys.knows(parts.keyID) {
            snapshot = await keys.afterUnknownKey(now: now)
            guard snapshot.keys.knows(parts.keyID) else { throw .unknownKey }
        }
        guard snapshot.keys.verify(parts) else { throw .badSignature }
        let claims = try Claims(payload: parts.payload)
        let verified = Verified(principal: claims.principal, notBefore: claims.notBefore)
        try Self.check(verified, now: now)
        remember(verified, digest, generation: snapshot.generation)
        return verified.principal
    }

    /// The number of tokens that are remembered.
    var rememberedCount: Int { memory.withLock { $0.tokens.count } }

    private func recall(_ digest: SHA256Digest, generation: Int) -> Verified? {
        memory.withLock { memory in
            memory.generation == generation ? memory.tokens.value(for: digest) : nil
        }
    }

    private func remember(_ verified: Verified, _ digest: SHA256Digest, generation: Int) {
        memory.withLock { memory in
            // The keys were replaced since the token was verified: it holds for this request, not for the next.
            guard generation >= memory.generation else { return }
            if generation > memory.generation {
                memory.tokens.removeAll()
                memory.generation = generation
            }
            memory.tokens.set(verified, for: digest)
        }
    }

    /// Refuses a token on or after `exp` and before `nbf` (RFC 7519, sections 4.1.4 and 4.1.5), give or take the skew.
    private static func check(_ verified: Verified, now: Double) throws(AccessError) {
        guard now < verified.principal.acceptedUntil else { throw .expiredToken }
        if let notBefore = verified.notBefore, now < notBefore - skewSeconds { throw .notYetValid }
    }
}
