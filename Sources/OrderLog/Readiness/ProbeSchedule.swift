/// Decides when the probe of writes commits. On a log that is idle for long it does so rarely: every commit would make
/// a server with `archive_timeout` archive a whole segment of its log.
struct ProbeSchedule {
    /// The time without commands after which the log counts as idle.
    static let idleTime: Duration = .seconds(120)
    /// The time between two commits on an idle log.
    static let idleInterval: Duration = .seconds(300)

    private let began: ContinuousClock.Instant
    private var lastSuccess: ContinuousClock.Instant?

    init(at now: ContinuousClock.Instant = .now) {
        began = now
    }

    /// - Parameter lastBatch: the time at which a batch of commands was last at work.
    func mustCommit(at now: ContinuousClock.Instant, lastBatch: ContinuousClock.Instant?) -> Bool {
        guard let lastSuccess, now - (lastBatch ?? began) > Self.idleTime else { return true }
        return now - lastSuccess > Self.idleInterval
    }

    /// Takes note of a probe's end. After trouble the next probe commits.
    mutating func probed(at now: ContinuousClock.Instant, committed: Bool, _ trouble: Unreadiness?) {
        if trouble != nil {
            lastSuccess = nil
        } else if committed {
            lastSuccess = now
        }
    }
}
