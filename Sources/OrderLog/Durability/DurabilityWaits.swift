/// The waits for commits to become durable, in the order in which they began.
struct DurabilityWaits {
    /// The goal of a wait.
    enum Goal {
        /// All events up to this one of a history.
        case events(through: Int64, EpochTable)
        /// Everything that was committed before a look.
        case look(UInt64, EpochTable)
    }

    private struct Wait {
        let goal: Goal
        let began: ContinuousClock.Instant
        let deadline: ContinuousClock.Instant?
        let byteCount: Int
        let body: @Sendable (Bool) -> Void
    }

    /// A wait that is over.
    struct Ended {
        let isDurable: Bool
        let duration: Duration
        let body: @Sendable (Bool) -> Void
    }

    private var waits: [Wait] = []
    /// The memory that the waits keep, as their callers have told it.
    private(set) var byteCount = 0

    var isEmpty: Bool { waits.isEmpty }
    var count: Int { waits.count }
    /// The time at which the oldest wait began.
    var oldest: ContinuousClock.Instant? { waits.first?.began }

    /// - Parameters:
    ///   - deadline: the time at which the wait ends without success; nil for a wait without end.
    ///   - byteCount: the memory that the wait keeps, about.
    mutating func add(
        _ goal: Goal,
        at now: ContinuousClock.Instant,
        until deadline: ContinuousClock.Instant?,
        byteCount: Int,
        _ body: @escaping @Sendable (Bool) -> Void
    ) {
        waits.append(Wait(goal: goal, began: now, deadline: deadline, byteCount: byteCount, body: body))
        self.byteCount += byteCount
    }

    /// Takes the waits out that are over: by success, or by their deadlines.
    mutating func takeEnded(by watermark: DurabilityWatermark, at now: ContinuousClock.Instant) -> [Ended] {
        take(at: now) { wait in
            if Self.isReached(wait.goal, by: watermark) { return true }
            return wait.deadline.map { $0 <= now } ?? false ? false : nil
        }
    }

    /// Takes all waits out, as without success.
    mutating func takeAll(at now: ContinuousClock.Instant) -> [Ended] {
        take(at: now) { _ in false }
    }

    private mutating func take(at now: ContinuousClock.Instant, _ outcome: (Wait) -> Bool?) -> [Ended] {
        var (ended, kept): ([Ended], [Wait]) = ([], [])
        for wait in waits {
            if let isDurable = outcome(wait) {
                ended.append(Ended(isDurable: isDurable, duration: now - wait.began, body: wait.body))
                byteCount -= wait.byteCount
            } else {
                kept.append(wait)
            }
        }
        waits = kept
        return ended
    }

    private static func isReached(_ goal: Goal, by watermark: DurabilityWatermark) -> Bool {
        switch goal {
        case .events(let seq, let history): watermark.seq(in: history).map { $0 >= seq } ?? false
        case .look(let number, let history): watermark.lookNumber >= number && watermark.history == history
        }
    }
}
