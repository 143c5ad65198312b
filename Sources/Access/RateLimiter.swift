import Synchronization

/// A rate limit for all callers: `TokenBuckets` behind a lock, on the process's monotonic clock.
package final class RateLimiter: Sendable {
    private let buckets: Mutex<TokenBuckets>
    private let start = ContinuousClock.now

    package init(_ buckets: TokenBuckets) {
        self.buckets = Mutex(buckets)
    }

    /// Takes tokens from the bucket of `key`.
    @discardableResult
    package func take(_ key: RateKey, cost: Int = 1) -> RateDecision {
        let now = elapsed
        return buckets.withLock { $0.take(key, cost: cost, now: now) }
    }

    /// The decision that `take` would make, without taking anything.
    package func peek(_ key: RateKey) -> RateDecision {
        let now = elapsed
        return buckets.withLock { $0.peek(key, now: now) }
    }

    private var elapsed: Double { start.duration(to: .now) / .seconds(1) }
}
