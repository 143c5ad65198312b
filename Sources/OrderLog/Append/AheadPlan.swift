import Foundation
import Logging
import Orders
import Postgres

/// The part of the next batch that is decided while a batch is being committed, and the knowledge whether batches may
/// be decided before the head is locked.
struct AheadPlan {
    /// The decisions of the next batch so far; nil where there are none.
    var plan: AssumedPlan?
    /// The number of batches that lock the head first.
    private var cautiousBatches = 0

    /// The number of batches that lock the head first after one whose decisions did not hold: clients that repeat one
    /// command often repeat others, and a process that has moved the head is likely to move it again.
    private static let caution = 16
    /// The age at which decisions are made anew, in microseconds: their events have the time at which they were begun.
    private static let longestAge: Int64 = 100_000

    /// Forgets the decisions: it is unknown what the log holds.
    mutating func drop() { plan = nil }

    /// Takes note of decisions that did not hold.
    mutating func wasRefuted() {
        plan = nil
        cautiousBatches = Self.caution
    }

    /// Takes note of a committed batch.
    mutating func batchCommitted() { cautiousBatches = max(0, cautiousBatches - 1) }

    /// Decides the batch, after what was decided of it before.
    ///
    /// - Parameters:
    ///   - pending: the batch's commands. Those that were decided before come first; each lane's keep their order.
    ///   - fresh: the plan of a batch of which nothing was decided before.
    ///   - orders: tells the orders in memory.
    /// - Returns: nil where the head must be locked first.
    mutating func complete(
        _ pending: inout [AppendQueue.Entry],
        _ fresh: AssumedPlan,
        orders: (UUID) -> OrderRecord?,
        prefetch: BatchPrefetch
    ) -> AssumedPlan? {
        var plan = fresh
        let begun = self.plan.take()
        guard cautiousBatches == 0 else { return nil }
        if let begun, begun.head == fresh.head, begun.epochs == fresh.epochs,
            fresh.recordedAt.unixMicroseconds - begun.recordedAt.unixMicroseconds <= Self.longestAge,
            pending.moveToFront(begun.entries)
        {
            plan = begun
        }
        let rest = pending[plan.entries.count...]
        let knowledge = AssumedPlan.Knowledge(orders: rest.knownOrders(orders), prefetch: prefetch)
        return plan.decide(rest, by: knowledge) && !plan.isEmpty ? plan : nil
    }

    /// The work for the next batch while a batch is being committed.
    struct Work: Sendable {
        fileprivate let entries: [AppendQueue.Entry]
        fileprivate let orders: [UUID: OrderRecord]
        fileprivate let plan: AssumedPlan?
        /// The rows to load.
        fileprivate(set) var prefetch: BatchPrefetch
        fileprivate let head: LogHead
        fileprivate let newHead: LogHead
        fileprivate let epochs: EpochTable
        fileprivate let isFull: Bool

        /// The number of commands that are decided before the thread sends and receives for its connections.
        private static let sliceCount = 32
        /// The time after which no further commands are decided ahead.
        private static let longestWork: Duration = .milliseconds(50)

        /// So many commands wait that the next batch is worth being sent before the answer of the one before has
        /// come, and all that they need is known.
        var isCrowded: Bool { isFull && plan != nil && prefetch.isEmpty }

        /// Loads the rows that are needed, and decides the commands.
        func run(
            snapshot: CommandIdFilterCache.Snapshot?,
            on connection: PostgresConnection?,
            _ executor: PostgresExecutor,
            logger: Logger
        ) async -> (BatchPrefetch, AssumedPlan?) {
            // The batch that is being committed is sent first.
            await executor.giveWay()
            let prefetch = await self.prefetch.load(
                snapshot: snapshot,
                epochs: epochs,
                after: head,
                before: newHead,
                on: connection,
                logger: logger
            )
            guard var plan else { return (prefetch, nil) }
            let knowledge = AssumedPlan.Knowledge(orders: orders, prefetch: prefetch)
            let deadline = ContinuousClock.now + Self.longestWork
            for start in stride(from: 0, to: entries.count, by: Self.sliceCount) {
                let slice = entries[start..<min(start + Self.sliceCount, entries.count)]
                guard !Task.isCancelled, plan.decide(slice, by: knowledge) else { return (prefetch, nil) }
                // The rest is decided with the batch.
                if ContinuousClock.now >= deadline { break }
                await executor.giveWay()
            }
            return (prefetch, plan)
        }
    }

    /// The work for the next batch.
    ///
    /// - Parameters:
    ///   - next: the commands that the next batch would have by now.
    ///   - transaction: the batch that is about to be committed.
    ///   - time: the time at which the next batch's events are recorded, in microseconds since 1970; nil where it is
    ///     unknown.
    ///   - crowd: the number of commands that are worth a transaction of their own at once. Of these the transaction
    ///     requires that the orders that they place are new. Those of fewer are looked up, since repetitions are not
    ///     rare.
    func work(
        on next: [AppendQueue.Entry],
        after transaction: AppendTransaction,
        cache: inout StateCache,
        at time: Int64?,
        snapshot: CommandIdFilterCache.Snapshot?,
        crowd: Int,
        limits: AppendTransaction.Limits
    ) -> Work {
        let mayAssume = cautiousBatches == 0 && time != nil && !next.contains { $0.submission.trackingKey != nil }
        let isFull = next.count >= crowd
        let orders = NextOrders(
            of: next,
            changed: transaction.changedRecords,
            in: &cache,
            areNewIfPlaced: mayAssume && isFull
        )
        let ids = next.lazy.filter(\.mayBeKnown).map(\.submission.commandId)
        let commandIds: Set<String>
        if mayAssume, orders.unknown.isEmpty {
            // An assumed batch requires in its own transaction that no recent command has its ids.
            commandIds = Set(ids.filter(CommandLookUp(snapshot: snapshot, epochs: transaction.epochs).mayBeOfPast))
        } else {
            commandIds = Set(ids)
        }
        let newHead = transaction.headAfter
        var plan: AssumedPlan?
        if mayAssume, !next.isEmpty, let time {
            plan = AssumedPlan(
                after: newHead,
                at: time,
                in: transaction.epochs,
                known: transaction.added(reserving: next.count),
                snapshot: snapshot,
                limits: limits,
                reserving: next.count
            )
        }
        return Work(
            entries: next,
            orders: mayAssume ? orders.known : [:],
            plan: plan,
            prefetch: BatchPrefetch(ofCommands: commandIds, orders: orders.unknown),
            head: transaction.head,
            newHead: newHead,
            epochs: transaction.epochs,
            isFull: isFull
        )
    }
}

extension Collection<AppendQueue.Entry> {
    /// The orders in memory that the commands name.
    fileprivate func knownOrders(_ orders: (UUID) -> OrderRecord?) -> [UUID: OrderRecord] {
        reduce(into: [:]) { known, entry in
            guard let orderId = entry.knownOrderId, known[orderId] == nil else { return }
            known[orderId] = orders(orderId)
        }
    }
}

extension [AppendQueue.Entry] {
    /// Moves some entries to the front; the others keep their order.
    ///
    /// - Returns: false where some are not there; then nothing is moved.
    mutating func moveToFront(_ entries: [AppendQueue.Entry]) -> Bool {
        if count >= entries.count, zip(self, entries).allSatisfy({ $0.pendingReceipt === $1.pendingReceipt }) {
            return true
        }
        let moved = Set(entries.lazy.map { ObjectIdentifier($0.pendingReceipt) })
        let rest = filter { !moved.contains(ObjectIdentifier($0.pendingReceipt)) }
        guard count - rest.count == entries.count else { return false }
        self = entries + rest
        return true
    }
}
