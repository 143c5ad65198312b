import Foundation
import Orders
import Postgres

/// One group commit: two round trips, the first locks and looks up, the second writes and commits.
struct AppendTransaction {
    let results: [Result<CommandReceipt, AppendRefusal>]
    private let connection: PostgresConnection
    private let plan: BatchPlan
    private let epochs: EpochTable

    /// The entry at this index was accepted here for the first time, or may have been earlier.
    func accepted(_ index: Int) -> Bool {
        if case .success(let receipt) = results[index] { return !receipt.replayed }
        return false
    }

    /// Locks the head, looks up command ids and orders, and judges the batch. Lock and look-ups are separate statements,
    /// so that the look-ups see what the lock waited for.
    static func begin(
        _ connection: PostgresConnection,
        entries: [AppendQueue.Entry],
        registry: EpochRegistry
    ) async throws -> AppendTransaction {
        let commandIds = Array(Set(entries.map(\.submission.commandId)))
        let orderIds = Array(Set(entries.map(\.submission.orderId)))
        let rows = try await connection.pipeline(
            [
                PostgresQuery("begin isolation level read committed"),
                PostgresQuery("select seq, recorded_at from log_head for update"),
                PostgresQuery("select clock_timestamp()"),
                PostgresQuery(Self.lookUpCommands, [commandIds]),
                PostgresQuery(Self.lookUpOrders, [orderIds]),
                EpochOpening.newer.query(after: registry.current.newestOrdinal),
            ],
            timeout: LogConnection.appendTimeout
        )
        registry.merge(try EpochOpening.decode(rows[5]))
        let epochs = registry.current
        guard let head = rows[1].first, let clock = rows[2].first else { throw MissingHead() }
        let recordedAt = try max(
            head.get(1, as: PostgresTimestamp.self).unixMicroseconds,
            clock.get(0, as: PostgresTimestamp.self).unixMicroseconds
        )
        var plan = BatchPlan(
            headSeq: try head.get(0, as: Int64.self),
            recordedAt: Timestamp(unixMicroseconds: recordedAt),
            epochs: epochs,
            records: try Self.decodeOrders(rows[4]),
            known: try await Self.withTypes(Self.decodeCommands(rows[3]), connection)
        )
        let results = entries.map { plan.judge($0.submission, acceptedBefore: $0.maybeCommitted) }
        return AppendTransaction(results: results, connection: connection, plan: plan, epochs: epochs)
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
    private static let lookUpCommands = """
        select shop, command_id, fingerprint, order_id, first_seq, last_seq, version, status
        from commands where command_id = any($1)
        """

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

    private static func decodeCommands(_ rows: PostgresResult) throws -> [CommandKey: RememberedCommand] {
        var known: [CommandKey: RememberedCommand] = [:]
        for row in rows {
            let key = try CommandKey(shop: row.get(0, as: String.self), commandId: row.get(1, as: String.self))
            known[key] = try RememberedCommand(
                fingerprint: row.get(2, as: PostgresBytes.self).bytes,
                orderId: row.get(3, as: UUID.self),
                firstSeq: row.get(4, as: Int64.self),
                lastSeq: row.get(5, as: Int64.self),
                version: Int(row.get(6, as: Int32.self)),
                status: row.get(7, as: String.self),
                types: []
            )
        }
        return known
    }

    /// A repetition names its events again. Rare, so it costs a round trip of its own.
    private static func withTypes(
        _ known: [CommandKey: RememberedCommand],
        _ connection: PostgresConnection
    ) async throws -> [CommandKey: RememberedCommand] {
        let sequences = known.values.filter { $0.firstSeq <= $0.lastSeq }.flatMap { Array($0.firstSeq...$0.lastSeq) }
        guard !sequences.isEmpty else { return known }
        let rows = try await connection.query(
            "select seq, type from events where seq = any($1)",
            [sequences],
            timeout: LogConnection.appendTimeout
        )
        var types: [Int64: String] = [:]
        for row in rows { types[try row.get(0, as: Int64.self)] = try row.get(1, as: String.self) }
        return known.mapValues { command in
            guard command.firstSeq <= command.lastSeq else { return command }
            var command = command
            command.types = (command.firstSeq...command.lastSeq).compactMap { types[$0] }
            return command
        }
    }
}
