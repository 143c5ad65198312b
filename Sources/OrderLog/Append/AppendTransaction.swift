import Foundation
import Orders
import Postgres

/// One group commit: two round trips, the first locks and looks up, the second writes and commits.
struct AppendTransaction {
    let results: [Result<CommandReceipt, AppendRefusal>]
    private let connection: PostgresConnection
    private let plan: BatchPlan
    private let epochs: EpochTable
    /// The head before the batch.
    let head: StateCache.Head

    /// The entry at this index was accepted here for the first time, or may have been earlier.
    func accepted(_ index: Int) -> Bool {
        if case .success(let receipt) = results[index] { return !receipt.replayed }
        return false
    }

    /// Locks the head, looks up command ids and the orders that the cache does not hold, and judges the batch. Lock and
    /// look-ups are separate statements, so that the look-ups see what the lock waited for.
    static func begin(
        _ connection: PostgresConnection,
        entries: [AppendQueue.Entry],
        registry: EpochRegistry,
        oldIds: CommandIdFilterCache,
        cache: inout StateCache,
        ahead: BatchPrefetch
    ) async throws -> AppendTransaction {
        let commandIds = Set(entries.lazy.filter(\.isLookedUp).map(\.submission.commandId))
        let unasked = Array(commandIds.subtracting(ahead.commandIds))
        let orderIds = Set(entries.map(\.submission.orderId))
        var records = orderIds.reduce(into: [:]) { $0[$1] = cache.record(of: $1) ?? ahead.orders[$1] }
        let missing = orderIds.filter { records[$0] == nil && !ahead.orderIds.contains($0) }
        let old = oldIds.snapshot(in: registry.current)
        let rows = try await connection.pipeline(
            [
                PostgresQuery("begin isolation level read committed"),
                PostgresQuery("select seq, recorded_at, epoch from log_head for update"),
                PostgresQuery("select clock_timestamp()"),
                CommandLookUp.recent(unasked, old),
                PostgresQuery(Self.lookUpOrders, [Array(missing)]),
                EpochStore.newer.query(after: registry.current.newestOrdinal),
            ],
            timeout: LogConnection.appendTimeout
        )
        registry.merge(try EpochStore.decode(rows[5]))
        let epochs = registry.current
        guard let locked = rows[1].first, let clock = rows[2].first else { throw MissingHead() }
        let head = try StateCache.Head(row: locked)
        var known = try await CommandLookUp.complete(rows[3], unasked, old, epochs, connection)
        if cache.head == head {
            known.merge(ahead.known) { first, _ in first }
        } else {
            // Somebody else has appended, or history itself is another: nothing that was known before the lock counts.
            cache.removeAll()
            cache.advance(to: head)
            records = try await Self.load(Array(orderIds.subtracting(missing)), connection)
            let asked = Array(commandIds.intersection(ahead.commandIds))
            known.merge(try await CommandLookUp.find(asked, old, epochs, connection)) { $1 }
        }
        records.merge(try Self.decodeOrders(rows[4])) { $1 }
        for record in records.values { cache.insert(record) }
        var plan = BatchPlan(
            headSeq: head.seq,
            recordedAt: Timestamp(
                unixMicroseconds: max(head.recordedAt, try clock.get(0, as: PostgresTimestamp.self).unixMicroseconds)
            ),
            epochs: epochs,
            records: records,
            known: known
        )
        let results = entries.map { plan.judge($0.submission, acceptedBefore: $0.maybeCommitted) }
        return AppendTransaction(results: results, connection: connection, plan: plan, epochs: epochs, head: head)
    }

    private static func load(_ orderIds: [UUID], _ connection: PostgresConnection) async throws -> [UUID: OrderRecord] {
        guard !orderIds.isEmpty else { return [:] }
        return try decodeOrders(
            await connection.query(lookUpOrders, [orderIds], timeout: LogConnection.appendTimeout)
        )
    }

    /// What the cache holds once this is committed.
    func remember(in cache: inout StateCache) {
        for orderId in plan.changed {
            if let record = plan.records[orderId] { cache.insert(record) }
        }
        cache.advance(to: headAfter)
    }

    /// Every commit moves the head, one without events only its time: nobody's commit goes unnoticed.
    private var headAfter: StateCache.Head {
        if plan.isEmpty { return head }
        let time = plan.recordedAt.unixMicroseconds
        let recordedAt = plan.events.isEmpty ? max(time, head.recordedAt + 1) : time
        return StateCache.Head(epoch: head.epoch, seq: plan.headSeq, recordedAt: recordedAt)
    }

    /// All commands that the batch knew and added.
    var known: [CommandKey: AcceptedCommand] { plan.known }

    var hasEvents: Bool { !plan.events.isEmpty }

    func announce(to witness: (any CommitObserver)?) {
        guard hasEvents, let witness else { return }
        // Only in the history of the head that was locked: others of this process may know another by now.
        witness.commitEnded(epochs.epochs.last?.name == head.epoch ? plan.events : [], in: epochs)
    }

    /// Writes everything and commits; a batch that accepted nothing new is rolled back.
    func commit() async throws(PostgresError) {
        guard !plan.isEmpty else {
            _ = try await connection.query("rollback", timeout: LogConnection.appendTimeout)
            return
        }
        var statements: [PostgresQuery] = []
        if !plan.events.isEmpty {
            statements.append(AppendStatements.insertEvents(plan.events))
            statements.append(AppendStatements.upsertOrders(plan.changed.compactMap { plan.records[$0] }))
        }
        let after = headAfter
        let recordedAt = Timestamp(unixMicroseconds: after.recordedAt)
        statements.append(AppendStatements.insertCommands(plan.commands, at: recordedAt))
        statements.append(AppendStatements.moveHead(to: after.seq, at: recordedAt))
        if let last = plan.events.last {
            statements.append(AppendStatements.notify(epochs.position(of: last.seq)))
        }
        statements.append(PostgresQuery("commit"))
        _ = try await connection.pipeline(statements, timeout: LogConnection.appendTimeout)
    }
}

extension StateCache.Head {
    /// From a row of `seq, recorded_at, epoch`.
    init(row: PostgresRow) throws {
        try self.init(
            epoch: row.get(2, as: String.self),
            seq: row.get(0, as: Int64.self),
            recordedAt: row.get(1, as: PostgresTimestamp.self).unixMicroseconds
        )
    }
}

/// `log_head` has no row: the schema is damaged.
struct MissingHead: Error {}

extension AppendTransaction {
    static let lookUpOrders = """
        select seq, recorded_at, order_id, state from orders
        where order_id = any($1) and model_version = \(CurrentState.activeVersion)
        """

    static func decodeOrders(_ rows: PostgresResult) throws -> [UUID: OrderRecord] {
        var records: [UUID: OrderRecord] = [:]
        for row in rows {
            let recordedAt = try row.get(1, as: PostgresTimestamp.self).unixMicroseconds
            records[try row.get(2, as: UUID.self)] = OrderRecord(
                order: try Order(state: Array(row.get(3, as: String.self).utf8)),
                seq: try row.get(0, as: Int64.self),
                recordedAt: Timestamp(unixMicroseconds: recordedAt)
            )
        }
        return records
    }
}
