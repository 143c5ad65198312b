import Foundation
import Orders
import Postgres

/// One group commit. In two round trips, of which the first locks the head and loads rows, and the second writes and
/// commits; or in the second alone, where the batch was decided before: see `AssumedPlan`.
struct AppendTransaction {
    /// The results of the batch's first commands. The others wait for a transaction of their own, since their orders or
    /// events would pass the bounds of one.
    let results: [Result<CommandReceipt, AppendRefusal>]
    let connection: PostgresConnection
    let plan: BatchPlan
    /// The plan of a batch that was decided before the head was locked; nil where the transaction is open.
    let assumed: AssumedPlan?
    /// The changed orders, with the states that their rows have to hold.
    let states: StateWrite
    /// The history that the batch belongs to, as the session knows it.
    let epochs: EpochTable
    /// The head before the batch.
    let head: LogHead
    /// The place of the head's row.
    let headPlace: HeadPlace
    /// The batch is sent behind another one, which moves the head's row from its place.
    let isBehind: Bool
    /// The times so far.
    let stages: AppendStages

    /// The bounds of what one transaction decides; a single command is decided in any case.
    struct Limits: Sendable {
        /// The size of the events' texts, in bytes, after which no further command is decided.
        var eventBytes = 8 << 20
        /// The time after which no further command is decided: all shops wait for the head meanwhile.
        var work: Duration = .milliseconds(500)
        /// The time for deciding a batch after which nothing is sent any more. Shorter than the server's limit for the
        /// time between two statements, with which the server ends the session.
        var idle: Duration = .milliseconds(900)
        /// The same for a command that runs alone, which the server gives more time.
        var aloneIdle: Duration = .milliseconds(1800)
    }

    /// The entry at this index was accepted, here for the first time or possibly in an earlier attempt.
    func accepted(_ index: Int) -> Bool {
        if index < results.count, case .success(let receipt) = results[index] { return !receipt.replayed }
        return false
    }

    /// Begins the transaction and locks the head, for a `begin` that follows.
    static func lock(on connection: PostgresConnection, near headPlace: HeadPlace?) async throws {
        let statements = [PostgresQuery("begin isolation level read committed"), LogHead.lock(near: headPlace)]
        try await connection.pipeline(statements, timeout: LogConnection.beginTimeout)
    }

    /// Locks the head, loads command ids and the orders that the cache does not hold, and decides the batch.
    ///
    /// Lock and look-ups are separate statements, so that the look-ups see the commits that the lock waited for.
    ///
    /// - Parameters:
    ///   - isOpen: the transaction was begun by `lock`, since other processes append too. They load each order that a
    ///     batch changes under the lock, and so get whole states.
    ///   - began: the time at which the attempt began.
    ///   - statementTimeout: the server's limit for each statement of a command that runs alone; nil for a batch.
    ///   - headPlace: the place of the head's row after this session's last commit; nil where that is unknown.
    /// - Throws: `DecisionTimeout` where deciding took too long: the server has ended the transaction, or is about to.
    static func begin(
        on connection: PostgresConnection,
        entries: [AppendQueue.Entry],
        isOpen: Bool = false,
        began: ContinuousClock.Instant = .now,
        statementTimeout: Duration? = nil,
        limits: Limits = Limits(),
        headPlace: HeadPlace?,
        registry: EpochRegistry,
        commandIdFilter: CommandIdFilterCache,
        cache: inout StateCache,
        clock: inout LogClock,
        prefetch: BatchPrefetch
    ) async throws -> AppendTransaction {
        var stages = AppendStages(began: began)
        let commandIds = Set(entries.lazy.filter(\.mayBeKnown).map(\.submission.commandId))
        let newIds = Array(commandIds.subtracting(prefetch.commandIds))
        let orderIds = distinct(entries.compactMap(\.knownOrderId))
        let trackingKeys = Set(entries.compactMap(\.submission.trackingKey))
        let cached = orderIds.reduce(into: [:]) { $0[$1] = cache.record(of: $1) ?? prefetch.orders[$1] }
        let missing = orderIds.filter { cached[$0] == nil && !prefetch.orderIds.contains($0) }
        let snapshot = commandIdFilter.snapshot(in: connection.history)
        let opening =
            (isOpen ? [] : [PostgresQuery("begin isolation level read committed")])
            + (statementTimeout.map(AppendStatements.limitsAlone) ?? [])
        var statements = [
            LogHead.lock(near: headPlace), EpochStore.newer.query(after: connection.history.newestOrdinal),
            // Without ids too: it locks the partitions that the commands may go to, the default one included. One that
            // is added between look-up and commit would refuse the commands of its day.
            CommandLookUp(snapshot: snapshot, epochs: connection.history).recent(newIds),
        ]
        // Most batches find all orders in memory.
        func add(_ query: PostgresQuery, unless isNeedless: Bool) -> Int? {
            guard !isNeedless else { return nil }
            statements.append(query)
            return statements.count - 1
        }
        let ordersIndex = add(CurrentStateTable.load(missing, version: .active), unless: missing.isEmpty)
        let keysIndex = add(TrackingNumberTable.find(Array(trackingKeys)), unless: trackingKeys.isEmpty)
        let knownHistory = registry.current
        var asked = LogClock.Reading.monotonicNow
        let replies = try await connection.pipeline(opening + statements, timeout: LogConnection.beginTimeout)
        var rows = Array(replies.dropFirst(opening.count))
        if rows[0].isEmpty, headPlace != nil {
            // Nothing is locked yet, and the look-ups saw what may have changed since.
            statements[0] = LogHead.lock(near: nil)
            asked = LogClock.Reading.monotonicNow
            rows = try await connection.pipeline(statements, timeout: LogConnection.beginTimeout)
        }
        guard let headPlace = try HeadPlace(rows[0]) else { throw MissingLogHead() }
        let epochs = try connection.addEpochs(rows[1], registry: registry)
        // Nothing may be appended to the old primary after a failover.
        try registry.requireContinuing(epochs, knownHistory, on: connection)
        let head = try LogHead(rows[0])
        let lookUp = CommandLookUp(snapshot: snapshot, epochs: epochs)
        var known = try await lookUp.complete(rows[2], ids: newIds, on: connection)
        var orders = BatchOrders(on: connection)
        if let ordersIndex { try await orders.add(rows[ordersIndex]) }
        if cache.head == head {
            known.merge(prefetch.known) { first, _ in first }
            orders.add(cached)
        } else {
            // Another process has appended, or the history is another one: rows loaded before the lock are outdated.
            cache.removeAll()
            cache.advance(to: head)
            let loaded = Set(missing)
            try await orders.load(orderIds.filter { !loaded.contains($0) })
            let prefetched = Array(commandIds.intersection(prefetch.commandIds))
            known.merge(try await lookUp.find(prefetched, on: connection)) { $1 }
            orders.replyCame()
        }
        var candidates = try keysIndex.map { try TrackingNumberTable.decode(rows[$0]) } ?? [:]
        try await addCandidates(candidates, of: entries, to: &orders, cache: &cache)
        // The first command must be decided, or the batch would make no progress. A scan whose candidates have no room
        // together is decided alone, with the best of them.
        let isFirstAlone = try await chooseCandidate(of: entries.first, among: &candidates, in: &orders)
        for (orderId, record) in orders.records where !cache.contains(orderId) { cache.insert(record) }
        let waited = max(0, try rows[0].first?.get("waited", as: Int64.self) ?? 0)
        stages.lock = .microseconds(waited)
        let now = try rows[0].first.map { row in
            // A transaction that was open began to wait before it was asked.
            let monotonic = asked + (isOpen ? 0 : waited)
            let database = try row.get("now", as: PostgresTimestamp.self).unixMicroseconds
            return clock.time(LogClock.Reading(database: database, monotonic: monotonic))
        }
        var plan = BatchPlan(
            headSeq: head.seq,
            recordedAt: head.timeAfter(now ?? .min),
            epochs: epochs,
            records: orders.records,
            known: known,
            candidates: candidates
        )
        // Up to the first command whose order has no room, so that commands keep their order.
        let loaded =
            isFirstAlone ? entries.prefix(1) : entries.prefix { orders.hasRoom(for: neededOrders(of: $0, candidates)) }
        stages.lookUp = max(.zero, .now - stages.began - stages.lock)
        let decisionBegan = ContinuousClock.now
        let results = plan.decide(loaded, within: limits)
        stages.decision = .now - decisionBegan
        let transaction = AppendTransaction(
            results,
            by: plan,
            on: connection,
            epochs: epochs,
            head: head,
            at: headPlace,
            keepsSmallStates: !isOpen,
            stages: stages
        )
        let idle = ContinuousClock.now - orders.lastReply
        guard idle < (statementTimeout == nil ? limits.idle : limits.aloneIdle) else {
            throw DecisionTimeout(duration: idle)
        }
        return transaction
    }

    /// - Parameters:
    ///   - headPlace: the place of the head's row after this session's last commit.
    ///   - isBehind: the batch is sent behind another one, which moves the head's row from its place.
    ///   - began: the time at which the attempt began.
    ///   - decisionBegan: the time at which all that was to be looked up was known.
    init(
        _ assumed: AssumedPlan,
        on connection: PostgresConnection,
        at headPlace: HeadPlace,
        isBehind: Bool = false,
        began: ContinuousClock.Instant,
        decidedFrom decisionBegan: ContinuousClock.Instant
    ) {
        var stages = AppendStages(began: began)
        stages.lookUp = decisionBegan - began
        stages.decision = .now - decisionBegan
        self.init(
            assumed.results,
            by: assumed.plan,
            assuming: assumed,
            on: connection,
            epochs: assumed.epochs,
            head: assumed.head,
            at: headPlace,
            isBehind: isBehind,
            keepsSmallStates: true,
            stages: stages
        )
    }

    /// - Parameters:
    ///   - assumed: the plan of a batch that was decided before the head was locked; nil where the transaction is open.
    ///   - keepsSmallStates: a batch of many orders leaves small states as they are: see `StateSnapshot`.
    private init(
        _ results: [Result<CommandReceipt, AppendRefusal>],
        by plan: BatchPlan,
        assuming assumed: AssumedPlan? = nil,
        on connection: PostgresConnection,
        epochs: EpochTable,
        head: LogHead,
        at headPlace: HeadPlace,
        isBehind: Bool = false,
        keepsSmallStates: Bool,
        stages: AppendStages
    ) {
        self.results = results
        states = StateWrite(
            plan.changed.compactMap { plan.records[$0] },
            keepsSmallStates: keepsSmallStates && plan.changed.count >= StateSnapshot.manyOrders
        )
        self.plan = plan
        self.assumed = assumed
        self.connection = connection
        self.epochs = epochs
        self.head = head
        self.headPlace = headPlace
        self.isBehind = isBehind
        self.stages = stages
    }

    /// Updates the cache after the commit.
    func update(_ cache: inout StateCache) {
        for record in states.records { cache.insert(record) }
        cache.advance(to: headAfter)
    }

    /// The head after the commit. A batch without events moves its time alone, so that other processes notice the
    /// commit.
    var headAfter: LogHead {
        if plan.isEmpty { return head }
        let now = plan.recordedAt.unixMicroseconds
        return LogHead(
            epoch: head.epoch,
            seq: plan.headSeq,
            recordedAtMicroseconds: plan.events.isEmpty ? max(now, head.recordedAtMicroseconds + 1) : now
        )
    }

    /// The log's last event after the commit.
    var seqAfter: Int64 { plan.headSeq }

    /// The orders that the batch changed, as they are after it.
    var changedRecords: [OrderRecord] { states.records }

    /// All commands that the batch knew and added.
    var known: [CommandKey: AcceptedCommand] { plan.known }

    /// The commands that the batch adds, with room for as many more as the next one may add.
    func added(reserving count: Int) -> [CommandKey: AcceptedCommand] {
        var added = [CommandKey: AcceptedCommand](minimumCapacity: plan.commands.count + count)
        for command in plan.commands { added[command.key] = command.command }
        return added
    }

    var hasEvents: Bool { !plan.events.isEmpty }

    /// The batch accepted nothing new, so that there is nothing to commit.
    var isEmpty: Bool { plan.isEmpty }

    /// Tells the observer that the batch is committed.
    func notify(_ observer: (any CommitObserver)?) {
        guard hasEvents, let observer else { return }
        // Only in the history of the locked head: another connection of this process may know a newer one by now.
        observer.commitEnded(epochs.epochs.last?.name == head.epoch ? plan.events : [], in: epochs)
    }
}
