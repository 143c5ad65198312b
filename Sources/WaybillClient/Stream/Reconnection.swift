/// The delay before a client reconnects (WHATWG HTML, section 9.2.3).
///
/// A stream that ended is requested again after its reconnection time. After failed attempts the delay grows
/// exponentially, with jitter, so that a service that returns does not meet all of its clients at once.
struct Reconnection: Sendable {
    private var time: Duration
    private let maximum: Duration
    private var failures = 0

    /// The shortest delay: a stream that says `retry: 0` and ends at once must not be requested in a busy loop.
    private static let minimum = Duration.milliseconds(10)
    /// The least delay that failed attempts double.
    private static let firstBackoff = Duration.milliseconds(100)

    /// - Parameters:
    ///   - time: the reconnection time until a stream names another by `retry`.
    ///   - maximum: the longest delay after failed attempts. A longer `retry` is respected, up to ten times this.
    init(time: Duration, maximum: Duration) {
        self.time = max(time, Self.minimum)
        self.maximum = maximum
    }

    /// Sets the reconnection time to the one that the stream has named.
    mutating func setTime(milliseconds: Int) {
        // `Duration` cannot hold as many seconds as an `Int` of milliseconds can mean.
        let requested = Duration.milliseconds(min(milliseconds, 1_000_000_000_000))
        time = min(max(requested, Self.minimum), maximum * 10)
    }

    /// Records a connection that was made: the next delay is the reconnection time again.
    mutating func recordSuccess() { failures = 0 }

    /// Records a failed attempt: the next delay is longer.
    mutating func recordFailure() { failures += 1 }

    /// The time to wait before the next attempt.
    ///
    /// - Parameter random: a number in `0 ..< 1`, for the jitter.
    func delay(random: Double) -> Duration {
        guard failures > 0 else { return time }
        // Twenty doublings of a tenth of a second are more than a day.
        let doubled = max(time, Self.firstBackoff) * (1 << min(failures - 1, 20))
        return min(doubled * (1 + random / 2), max(maximum, time))
    }
}
