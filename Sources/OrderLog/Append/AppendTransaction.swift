import Foundation
import Orders
import Postgres

/// One group commit: two round trips, the first locks and looks up, the second writes and commits.
struct AppendTransaction {
    let results: [Result<CommandReceipt, AppendRefusal>]
    private let connection: PostgresConnection
    private let plan: BatchPlan
    private let epochs: EpochTable
    /// As the head named it.
    private let epoch: String

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
        oldIds: OldCommandIds,
        cache: inout StateCache
    ) async throws -> AppendTransaction {
        let commandIds = Array(Set(entries.lazy.filter(\.isLookedUp).map(\.submission.commandId)))
        let orderIds = Set(entries.map(\.submission.orderId))
        let cached = orderIds.reduce(into: [:]) { $0[$1] = cache.record(of: $1) }
        let missing = Array(orderIds.filter { cached[$0] == nil })
        let known = oldIds.snapshot(in: registry.current)
        let rows = try await connection.pipeline(
            [
                PostgresQuery("begin isolation level read committed"),
                PostgresQuery("select seq, recorded_at, epoch from log_head for update"),
                PostgresQuery("select clock_timestamp()"),
                CommandLookUp.recent(commandIds, known),
                PostgresQuery(Self.lookUpOrders, [missing]),
                EpochOpening.newer.query(after: registry.current.newestOrdinal),
            ],
            timeout: LogConnection.appendTimeout
        )
        registry.merge(try EpochOpening.decode(rows[5]))
        guard let locked = rows[1].first, let clock = rows[2].first else { throw MissingHead() }
        let head = try StateCache.Head(epoch: locked.get(2, as: String.self), seq: locked.get(0, as: Int64.self))
        var records = cached
        if cache.head != head {
            // Somebody else has appended, or history itself is another.
            cache.removeAll()
            cache.advance(to: head)
            records = try await Self.load(Array(cached.keys), connection)
        }
        records.merge(try Self.decodeOrders(rows[4])) { $1 }
        for record in records.values { cache.insert(record) }
        let recordedAt = try max(
            locked.get(1, as: PostgresTimestamp.self).unixMicroseconds,
            clock.get(0, as: PostgresTimestamp.self).unixMicroseconds
        )
        let epochs = registry.current
        var plan = BatchPlan(
            headSeq: head.seq,
            recordedAt: Timestamp(unixMicroseconds: recordedAt),
            epochs: epochs,
            records: records,
            known: try await CommandLookUp.complete(rows[3], commandIds, known, epochs, connection)
        )
        let results = entries.map { plan.judge($0.submission, acceptedBefore: $0.maybeCommitted) }
        return AppendTransaction(
            results: results,
            connection: connection,
            plan: plan,
            epochs: epochs,
            epoch: head.epoch
        )
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
        cache.advance(to: StateCache.Head(epoch: epoch, seq: plan.headSeq))
    }

    func announce(to onCommit: Appender.OnCommit) {
        if !plan.events.isEmpty { onCommit(plan.events, epochs) }
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
        statements.append(AppendStatements.insertCommands(plan.commands))
        if let last = plan.events.last {
            statements.append(AppendStatements.moveHead(to: last.seq, at: last.recordedAt))
            statements.append(AppendStatements.notify(epochs.position(of: last.seq)))
        }
        statements.append(PostgresQuery("commit"))
        _ = try await connection.pipeline(statements, timeout: LogConnection.appendTimeout)
    }
}

/// `log_head` has no row: the schema is damaged.
struct MissingHead: Error {}

extension AppendTransaction {
    static let lookUpOrders = "select seq, recorded_at, order_id, state from orders where order_id = any($1)"

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
