/// The delay before the next attempt: it doubles with each failure up to a limit.
public struct Backoff: Sendable, Hashable {
    /// The delay after the first failure, before jitter.
    public let first: Duration
    /// The longest delay.
    public let limit: Duration
    /// Failures since the start or the last reset.
    public private(set) var failures = 0

    public init(first: Duration, limit: Duration) {
        self.first = first
        self.limit = limit
    }

    /// Counts a failure.
    ///
    /// - Returns: the full delay, without jitter: for the only client of something.
    public mutating func next() -> Duration {
        let delay = min(limit, first * (1 << min(failures, 20)))
        failures += 1
        return delay
    }

    /// Counts a failure.
    ///
    /// - Parameter random: from 0 up to 1.
    /// - Returns: between half of the delay and all of it, so that many clients do not return at the same moment.
    public mutating func next(random: Double) -> Duration {
        let delay = next()
        return delay / 2 + (delay / 2) * random
    }

    /// Starts over after a success.
    public mutating func reset() {
        failures = 0
    }
}
