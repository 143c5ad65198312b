/// The share of the time in which a replay works: all of it on a quiet log, half of it while others append, since
/// clients wait for their commands and no client waits for the replay.
struct ReplayPace {
    /// The rate of appended events from which the replay pauses for as long as it works.
    private static let busyEventsPerSecond = 200.0

    private var last: (at: ContinuousClock.Instant, head: Int64)?

    /// The pause after a stretch of work.
    ///
    /// - Parameters:
    ///   - head: the number of the log's last event.
    ///   - now: the time at which the head was read.
    mutating func pause(head: Int64, now: ContinuousClock.Instant) -> Duration {
        defer { last = (now, head) }
        guard let last, now > last.at else { return .zero }
        let worked = now - last.at
        let eventsPerSecond = Double(head - last.head) / (worked / .seconds(1))
        return eventsPerSecond < Self.busyEventsPerSecond ? .zero : worked
    }

    /// Notes that the pause is over and work begins.
    mutating func resume(head: Int64, now: ContinuousClock.Instant) { last = (now, head) }
}
