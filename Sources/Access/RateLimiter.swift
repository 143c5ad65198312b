import Synchronization

/// A rate limit for all callers: `TokenBuckets` behind a lock, on the process's monotonic clock.
package final class RateLimiter: Sendable {
    private let buckets: Mutex<TokenBuckets>
    private let start = ContinuousClock.now

    package init(_ buckets: TokenBuckets) {
        self.buckets = Mutex(buckets)
    }

    /// Takes one token from the bucket of `key`.
    package func take(_ key: RateKey) -> RateDecision {
        let elapsed = start.duration(to: .now) / .seconds(1)
        return buckets.withLock { $0.take(key, now: elapsed) }
    }
}
