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

    /// - Parameter capacity: the number of verified tokens that are remembered, at least 1; one for each stream that
    ///   may be open where nothing else is said.
    package init(keys: KeySource, capacity: Int = 20_000) {
        self.keys = keys
        self.memory = Mutex(Memory(tokens: LRUCache(capacity: capacity)))
    }

    /// A token that no cheap check refuses, and whose signature is not verified yet.
    package struct PendingToken: Sendable {
        fileprivate let parts: CompactToken
        fileprivate let candidates: [KeySet.Entry]
        fileprivate let digest: SHA256Digest
        fileprivate let generation: Int

        /// True where a key that the service does not have yet may have signed the token: the token names an unknown
        /// key, or none.
        fileprivate let mayBeOfNewerKey: Bool

        /// The number of signatures that the token's verification may cost.
        package var cost: Int { max(1, candidates.count) }
    }

    /// The outcome of the checks that cost no signature.
    package enum Examination: Sendable {
        /// The token was verified before, and still holds.
        case verified(Principal)
        case pending(PendingToken)
    }

    /// Makes the checks of a token that cost no signature, so that a caller who floods the service with bad tokens can
    /// be refused before the costly one.
    /// - Parameter now: seconds since 1970.
    /// - Throws: `AccessError`; `expiredToken` also for a token whose signature does not verify, since that tells its
    ///   bearer nothing new.
    package func examine(_ token: String, now: Double) async throws(AccessError) -> Examination {
        guard token.utf8.count <= CompactToken.maximumByteCount else { throw .malformedToken(CompactToken.tooLong) }
        let current = await keys.current(now: now)
        let digest = Self.digest(of: token)
        if let current, let verified = recall(digest, generation: current.generation) {
            try Self.check(verified, now: now)
            return .verified(verified.principal)
        }
        let parts = try CompactToken(token)
        guard !Claims.haveExpired(parts.claims, now: now) else { throw .expiredToken }
        guard var snapshot = current else { throw .noKeys }
        // With keys that have no `kid`, the signature decides whether the token may be of a newer one.
        if let keyID = parts.keyID, !snapshot.keys.knows(keyID), !snapshot.keys.hasUnnamedKeys {
            snapshot = try await newer(for: parts, now: now)
            guard snapshot.keys.knows(keyID) || snapshot.keys.hasUnnamedKeys else { throw .unknownKey }
        }
        let candidates = snapshot.keys.candidates(for: parts)
        let mayBeOfNewerKey = parts.keyID.map { !snapshot.keys.knows($0) } ?? true
        guard mayBeOfNewerKey || !candidates.isEmpty else { throw .badSignature }
        return .pending(
            PendingToken(
                parts: parts,
                candidates: candidates,
                digest: digest,
                generation: snapshot.generation,
                mayBeOfNewerKey: mayBeOfNewerKey
            )
        )
    }

    /// The principal of a token that was verified before and still holds. Waits for nothing.
    /// - Parameter now: seconds since 1970.
    /// - Returns: nil for any other token, and while the keys have to be read first.
    package func known(_ token: String, now: Double) -> Principal? {
        guard token.utf8.count <= CompactToken.maximumByteCount,
            let generation = keys.generationAtHand(now: now),
            let verified = recall(Self.digest(of: token), generation: generation),
            (try? Self.check(verified, now: now)) != nil
        else { return nil }
        return verified.principal
    }

    private static func digest(of token: String) -> SHA256Digest {
        var bytes = token
        return bytes.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    }

    /// Verifies a token's signature, and then its claims.
    /// - Parameter now: seconds since 1970.
    /// - Returns: the principal; the caller applies its scope.
    /// - Throws: `AccessError`.
    package func verify(_ token: PendingToken, now: Double) async throws(AccessError) -> Principal {
        var generation = token.generation
        var signer = token.candidates.first { $0.verifies(token.parts) }
        if signer == nil, token.mayBeOfNewerKey {
            let snapshot = try await newer(for: token.parts, now: now)
            generation = snapshot.generation
            if generation != token.generation {
                signer = snapshot.keys.candidates(for: token.parts).first { $0.verifies(token.parts) }
            }
        }
        guard let entry = signer else { throw .badSignature }
        let claims = try Claims(token.parts.claims, issuer: keys.issuer)
        var principal = claims.principal
        principal.signingKey = entry.thumbprint
        let verified = Verified(principal: principal, notBefore: claims.notBefore)
        try Self.check(verified, now: now)
        remember(verified, token.digest, generation: generation)
        return principal
    }

    /// The keys of a read that began after the token had come, or that has the token's key.
    private func newer(for token: CompactToken, now: Double) async throws(AccessError) -> KeySource.Snapshot {
        switch await keys.reread(now: now, until: { keys in token.keyID.map(keys.knows) ?? false }) {
        case .current(let snapshot): return snapshot
        case .unavailable(let seconds): throw .keyNotFetched(retryAfter: seconds)
        case .noKeys: throw .noKeys
        }
    }

    /// Verifies a token by all checks.
    package func verify(_ token: String, now: Double) async throws(AccessError) -> Principal {
        switch try await examine(token, now: now) {
        case .verified(let principal): principal
        case .pending(let token): try await verify(token, now: now)
        }
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
