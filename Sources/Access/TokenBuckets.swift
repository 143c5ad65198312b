import Primitives

/// What a limit says to one request.
package enum RateDecision: Sendable, Hashable {
    case allowed
    /// 429 with `Retry-After`: whole seconds, at least 1.
    case retryAfter(seconds: Int)
}

/// Token buckets, one for each key: a burst at once, then a steady rate.
///
/// At `maxKeys` the bucket that was asked least recently goes. If any bucket has been idle long enough to be full, that
/// one is full too, and forgetting a full bucket changes nothing.
package struct TokenBuckets: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: Double
    }

    private let burst: Double
    private let perSecond: Double
    private var buckets: LRUCache<RateKey, Bucket>

    /// - Precondition: `burst` and `maxKeys` are at least 1 and `perSecond` is above 0.
    package init(burst: Int, perSecond: Double, maxKeys: Int = 100_000) {
        precondition(burst >= 1 && perSecond > 0 && perSecond.isFinite, "a limit that allows nothing")
        self.burst = Double(burst)
        self.perSecond = perSecond
        self.buckets = LRUCache(capacity: maxKeys)
    }

    /// The number of keys that are remembered, at most `maxKeys`.
    package var count: Int { buckets.count }

    /// Takes one token of `key`'s bucket. A refused request takes nothing.
    /// - Parameter now: seconds of any clock that does not go back; a step back refills nothing.
    package mutating func take(_ key: RateKey, now: Double) -> RateDecision {
        var bucket = buckets.value(for: key) ?? Bucket(tokens: burst, at: now)
        bucket.tokens = min(burst, bucket.tokens + max(0, now - bucket.at) * perSecond)
        bucket.at = max(bucket.at, now)
        let decision: RateDecision
        if bucket.tokens >= 1 {
            bucket.tokens -= 1
            decision = .allowed
        } else {
            let wait = ((1 - bucket.tokens) / perSecond).rounded(.up)
            decision = .retryAfter(seconds: max(1, Int(min(wait, 86_400))))
        }
        buckets.set(bucket, for: key)
        return decision
    }
}
