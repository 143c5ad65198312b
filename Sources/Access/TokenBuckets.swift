import Primitives

/// Token buckets, one for each key: a burst at once, then a steady rate.
///
/// At `maximumKeyCount` the bucket that was used least recently goes. If any bucket has been idle long enough to be
/// full, that bucket is full too, and to forget a full bucket changes nothing.
package struct TokenBuckets: Sendable {
    private struct Bucket {
        var tokens: Double
        /// The time of the last request, in seconds.
        var at: Double
    }

    private let burst: Double
    private let perSecond: Double
    private var buckets: LRUCache<RateKey, Bucket>

    /// - Precondition: `burst` and `maximumKeyCount` are at least 1 and `perSecond` is above 0.
    package init(burst: Int, perSecond: Double, maximumKeyCount: Int = 100_000) {
        precondition(burst >= 1 && perSecond > 0 && perSecond.isFinite, "a rate limit must allow some requests")
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.buckets = LRUCache(capacity: maximumKeyCount)
    }

    /// The number of keys that are remembered, at most `maximumKeyCount`.
    package var count: Int { buckets.count }

    /// Takes tokens from the bucket of `key`. A refused request takes none.
    /// - Parameters:
    ///   - cost: the number of tokens. A cost above what the bucket holds empties it and is allowed.
    ///   - now: seconds of any clock that does not go back; a step back refills nothing.
    package mutating func take(_ key: RateKey, cost: Int = 1, now: Double) -> RateDecision {
        var bucket = refilled(key, now: now)
        let decision = Self.decision(bucket, perSecond)
        if decision == .allowed { bucket.tokens = max(0, bucket.tokens - Double(cost)) }
        buckets.set(bucket, for: key)
        return decision
    }

    /// The decision that `take` would make, without taking anything.
    package mutating func peek(_ key: RateKey, now: Double) -> RateDecision {
        Self.decision(refilled(key, now: now), perSecond)
    }

    private mutating func refilled(_ key: RateKey, now: Double) -> Bucket {
        var bucket = buckets.value(for: key) ?? Bucket(tokens: burst, at: now)
        bucket.tokens = min(burst, bucket.tokens + max(0, now - bucket.at) * perSecond)
        bucket.at = max(bucket.at, now)
        return bucket
    }

    private static func decision(_ bucket: Bucket, _ perSecond: Double) -> RateDecision {
        guard bucket.tokens < 1 else { return .allowed }
        let wait = ((1 - bucket.tokens) / perSecond).rounded(.up)
        return .retryAfter(seconds: max(1, Int(min(wait, 86_400))))
    }
}
