/// How much of the time a replay works: all of it on a quiet log, half of it where others append at the same time, since
/// they are waited for and it is not.
struct ReplayPace {
    /// From so many events a second that others append, the replay rests as long as it works.
    private static let busy = 200.0

    private var last: (at: ContinuousClock.Instant, head: Int64)?

    /// What the replay should rest after a stretch of work.
    ///
    /// - Parameters:
    ///   - head: the log's last event by now.
    ///   - now: when that was seen.
    mutating func rest(head: Int64, now: ContinuousClock.Instant) -> Duration {
        defer { last = (now, head) }
        guard let last, now > last.at else { return .zero }
        let worked = now - last.at
        let rate = Double(head - last.head) / (worked / .seconds(1))
        return rate < Self.busy ? .zero : worked
    }

    /// The rest is over; work begins.
    mutating func resume(head: Int64, now: ContinuousClock.Instant) { last = (now, head) }
}
