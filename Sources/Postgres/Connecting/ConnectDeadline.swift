/// The time for one connection over all of its hosts and addresses, of which each attempt has a fair share.
struct ConnectDeadline {
    private let end: ContinuousClock.Instant
    private let longest: Duration

    init(_ configuration: PostgresConfiguration, at now: ContinuousClock.Instant = .now) {
        end = now + configuration.totalConnectTimeout
        longest = configuration.connectTimeout
    }

    /// The time for the next attempt, where so many have to share what is left, in whole milliseconds.
    ///
    /// - Returns: nil where no time is left.
    func share(of attempts: Int, at now: ContinuousClock.Instant = .now) -> Duration? {
        let share = min(longest, (end - now) / max(attempts, 1))
        let milliseconds = Int((share / .milliseconds(1)).rounded())
        return milliseconds > 0 ? .milliseconds(milliseconds) : nil
    }
}
