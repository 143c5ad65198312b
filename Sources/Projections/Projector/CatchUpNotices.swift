/// Decides when the log of a service speaks of a read model that is far behind, such as after an import or a restore:
/// once at the beginning, then every ten seconds, and at the end.
struct CatchUpNotices: Sendable {
    /// One line of the log.
    enum Notice: Equatable {
        case began(behind: Int64)
        case continues(behind: Int64, eventsPerSecond: Int64, secondsLeft: Int64)
        case ended(seconds: Int64)
    }

    /// The number of events from which a read model is far behind: some seconds of work.
    private static let threshold: Int64 = 20_000
    private static let interval: Duration = .seconds(10)

    private var began: (time: ContinuousClock.Instant, seq: Int64)?
    private var nextTime: ContinuousClock.Instant?

    /// Takes in how far the read model has come.
    ///
    /// - Parameters:
    ///   - seq: the last event that the read model reflects.
    ///   - head: the last event of the log.
    /// - Returns: what the log has to say now; nil for nothing.
    mutating func observe(seq: Int64, head: Int64, at now: ContinuousClock.Instant) -> Notice? {
        let behind = head - seq
        // A read model that begins anew falls back behind the place where it was first seen.
        guard let began, seq >= began.seq else {
            guard behind >= Self.threshold else { return nil }
            began = (now, seq)
            nextTime = now + Self.interval
            return .began(behind: behind)
        }
        let seconds = max(Double((now - began.time) / .milliseconds(1)) / 1000, 0.001)
        if behind < Self.threshold / 20 {
            self.began = nil
            return .ended(seconds: Int64(seconds.rounded()))
        }
        guard let nextTime, now >= nextTime else { return nil }
        self.nextTime = now + Self.interval
        let rate = Double(seq - began.seq) / seconds
        return .continues(
            behind: behind,
            eventsPerSecond: Int64(rate),
            secondsLeft: rate > 0 ? Int64((Double(behind) / rate).rounded(.up)) : 0
        )
    }
}
