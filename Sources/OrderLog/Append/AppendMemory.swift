import Foundation
import Orders
import Postgres

/// The appender's knowledge of the log, so that most batches ask the database for little or for nothing.
struct AppendMemory {
    var cache = StateCache()
    var clock = LogClock()
    /// The place of the head's row after the last commit on the connection.
    private(set) var headPlace: HeadPlace?
    private(set) var sharedLog = SharedLog()
    var prefetch = BatchPrefetch()
    var ahead = AheadPlan()

    /// Forgets what a failed attempt may have changed: it is unknown which orders were committed.
    mutating func forget() {
        cache.removeAll()
        prefetch = BatchPrefetch()
        ahead.drop()
        headPlace = nil
    }

    /// Forgets the rows that others have changed meanwhile.
    mutating func forgetRows() {
        cache.removeAll()
        prefetch = BatchPrefetch()
    }

    /// Decides a batch, if what is known suffices.
    ///
    /// - Parameters:
    ///   - pending: the batch's commands; those that were decided before come first.
    ///   - history: the connection's.
    /// - Returns: the decisions, the place of the head and the time at which deciding began; nil where the head must be
    ///   locked first.
    mutating func assume(
        _ pending: inout [AppendQueue.Entry],
        in history: EpochTable,
        snapshot: CommandIdFilterCache.Snapshot?,
        limits: AppendTransaction.Limits
    ) -> (plan: AssumedPlan, headPlace: HeadPlace, decidedFrom: ContinuousClock.Instant)? {
        guard !sharedLog.hasOthers, let headPlace, let head = cache.head, let time = clock.estimate(),
            history.epochs.last?.name == head.epoch
        else { return nil }
        let fresh = AssumedPlan(after: head, at: time, in: history, snapshot: snapshot, limits: limits)
        let began = ContinuousClock.now
        let plan = ahead.complete(&pending, fresh, orders: { cache.record(of: $0) }, prefetch: prefetch)
        return plan.map { ($0, headPlace, began) }
    }

    /// Goes by the orders and the head that a transaction leaves, though it is not committed yet. Where it fails,
    /// everything has to be forgotten.
    mutating func presume(_ transaction: AppendTransaction) { transaction.update(&cache) }

    /// Takes note of a commit.
    ///
    /// - Parameters:
    ///   - isPresumed: `presume` was called for the transaction.
    ///   - sent: this machine's clock, as in `LogClock.Reading`, before the transaction was sent.
    ///   - duration: the time from then to the commit's answer.
    mutating func note(
        _ commit: AppendTransaction.Commit,
        of transaction: AppendTransaction,
        isPresumed: Bool,
        sent: Int64,
        in duration: Duration
    ) {
        headPlace = commit.headPlace
        if let time = commit.databaseTime, duration <= LogClock.longestReading {
            _ = clock.time(LogClock.Reading(database: time, monotonic: sent))
        }
        if !isPresumed { transaction.update(&cache) }
        sharedLog.note(found: transaction.head, left: transaction.headAfter)
        ahead.batchCommitted()
    }
}
