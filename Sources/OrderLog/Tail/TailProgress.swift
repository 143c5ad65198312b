import Synchronization

/// The place that a tail of the log has reached, and the commits and notifications that it need not read for.
final class TailProgress: Sendable {
    /// The time for which the tail waits for the events of a running commit.
    private static let commitTimeout: Duration = .milliseconds(100)
    /// The time after which the log is read in any case, so that a connection that died silently is noticed.
    static let longestReadInterval: Duration = .seconds(1)

    /// The last delivered event and its history. The registry is not used here: other connections extend it, and a fork
    /// that they saw first would go unnoticed.
    struct Cursor {
        var seq: Int64
        var history: EpochTable
    }

    struct State {
        /// Nil until the log was read for the first time.
        var cursor: Cursor?
        /// The last read succeeded, and the tail is at the log's end.
        var isHealthy = false
        /// The tail has tried to begin before the head.
        var hasSoughtBeginning = false
        /// The time of the last read.
        var lastRead = ContinuousClock.now
        /// The time at which this process began the running commit; nil without one.
        var commitBegan: ContinuousClock.Instant?
        /// The newest event that a notification has told of during the running commit, as far as it said; 0 for none.
        var toldMeanwhile: Int64 = 0
        /// The log has events of other processes that the tail lacks. They are read at once, also during a commit:
        /// under load one commit follows another.
        var isBehind = false

        /// The tail waits for the events of a running commit instead of reading them: they are likely the next ones.
        ///
        /// - Parameter interval: the time since the last read after which the log is read in any case.
        func isAwaitingCommit(at now: ContinuousClock.Instant, readingEvery interval: Duration) -> Bool {
            guard let commitBegan, !isBehind else { return false }
            return now - commitBegan < TailProgress.commitTimeout && now - lastRead < interval
        }
    }

    private let state = Mutex(State())

    func withLock<R: Sendable>(_ body: (inout State) -> R) -> R { state.withLock { body(&$0) } }

    /// The tail waits for the events of a running commit. Half the interval: the tail is woken once in each, and has to
    /// read then.
    var isAwaitingCommit: Bool {
        state.withLock { $0.isAwaitingCommit(at: .now, readingEvery: Self.longestReadInterval / 2) }
    }

    /// Tells whether a notification calls for a read of the log. One that tells of events that the tail has delivered
    /// does not, nor does one that comes while this process commits: the appender hands its events over, and wakes the
    /// tail where there are others.
    ///
    /// - Parameter payload: the position of the newest event, as the process that has appended it knows it. Any other
    ///   text calls for a read.
    func isNews(_ payload: String) -> Bool {
        // The lock's holder may be encoding events, and all connections of the caller's thread would wait for that.
        let isNews: Bool? = state.withLockIfAvailable { state in
            if state.isAwaitingCommit(at: .now, readingEvery: Self.longestReadInterval) {
                state.toldMeanwhile = max(state.toldMeanwhile, LogPosition(payload)?.seq ?? .max)
                return false
            }
            guard state.isHealthy, let cursor = state.cursor, let position = LogPosition(payload),
                position.seq <= cursor.seq, position.epoch == cursor.history.epochs.last?.name
            else { return true }
            return false
        }
        return isNews ?? true
    }
}
