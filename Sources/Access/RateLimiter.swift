import Synchronization

/// `TokenBuckets` behind a lock, against the process's monotonic clock.
package final class RateLimiter: Sendable {
    private let buckets: Mutex<TokenBuckets>
    private let start = ContinuousClock.now

    package init(_ buckets: TokenBuckets) {
        self.buckets = Mutex(buckets)
    }

    /// Takes one token of `key`'s bucket now.
    package func take(_ key: RateKey) -> RateDecision {
        let elapsed = start.duration(to: .now) / .seconds(1)
        return buckets.withLock { $0.take(key, now: elapsed) }
    }
}
