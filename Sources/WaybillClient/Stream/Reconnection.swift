/// How long a client waits before it comes back (WHATWG HTML, section 9.2.3): the reconnection time, and after attempts
/// that failed exponentially more, with jitter, so that a service that returns does not meet all of its clients at once.
struct Reconnection: Sendable {
    private var time: Duration
    private let longest: Duration
    private var failures = 0

    /// A stream that says `retry: 0` and ends at once must not be asked for without a pause.
    private static let shortest = Duration.milliseconds(10)
    /// What is doubled is at least this.
    private static let firstBackoff = Duration.milliseconds(100)

    /// - Parameters:
    ///   - time: until a stream says another by `retry`.
    ///   - longest: to which attempts back off. A longer `retry` is kept to, up to ten times this.
    init(time: Duration, longest: Duration) {
        self.time = max(time, Self.shortest)
        self.longest = longest
    }

    /// The stream has named its reconnection time.
    mutating func told(milliseconds: Int) {
        // A duration does not hold as many seconds as a number of milliseconds can mean.
        let told = Duration.milliseconds(min(milliseconds, 1_000_000_000_000))
        time = min(max(told, Self.shortest), longest * 10)
    }

    mutating func opened() { failures = 0 }

    mutating func failed() { failures += 1 }

    /// - Parameter random: 0 ..< 1.
    func pause(random: Double) -> Duration {
        guard failures > 0 else { return time }
        // Twenty doublings of a tenth of a second are a day.
        let doubled = max(time, Self.firstBackoff) * (1 << min(failures - 1, 20))
        return min(doubled * (1 + random / 2), max(longest, time))
    }
}
