import Foundation
import Postgres

/// Finds out which command ids of a batch were accepted before. Runs under the head lock, so nobody adds to them meanwhile.
enum CommandLookUp {
    private static let select = """
        select shop, command_id, fingerprint, order_id, first_seq, last_seq, version, status
        from commands where command_id = any($1)
        """

    /// Asks for those of the days that no snapshot covers.
    static func recent(_ commandIds: [String], _ old: CommandIdFilterCache.Snapshot?) -> PostgresQuery {
        guard let old else { return PostgresQuery(select, [commandIds]) }
        return PostgresQuery("\(select) and recorded_at >= \(LogReader.start(of: old.day))", [commandIds])
    }

    /// What `recent` found, and what the older days have of the ids that the snapshot seems to know.
    ///
    /// - Parameter epochs: as they are known by now. The snapshot of another history tells nothing.
    static func complete(
        _ recent: PostgresResult,
        _ commandIds: [String],
        _ old: CommandIdFilterCache.Snapshot?,
        _ epochs: EpochTable,
        _ connection: PostgresConnection
    ) async throws -> [CommandKey: AcceptedCommand] {
        var known = try decode(recent)
        if let old {
            let isCurrent = old.history == epochs
            let suspects = commandIds.filter { !isCurrent || old.filter.mayContain($0) }
            if !suspects.isEmpty {
                let rows = try await connection.query(
                    "\(select) and recorded_at < \(LogReader.start(of: old.day))",
                    [suspects],
                    timeout: LogConnection.appendTimeout
                )
                known.merge(try decode(rows)) { first, _ in first }
            }
        }
        return try await withTypes(known, connection)
    }

    /// All at once, where nothing was asked before.
    static func find(
        _ commandIds: [String],
        _ old: CommandIdFilterCache.Snapshot?,
        _ epochs: EpochTable,
        _ connection: PostgresConnection
    ) async throws -> [CommandKey: AcceptedCommand] {
        guard !commandIds.isEmpty else { return [:] }
        let query = recent(commandIds, old)
        let rows = try await connection.query(query.sql, query.bindings, timeout: LogConnection.appendTimeout)
        return try await complete(rows, commandIds, old, epochs, connection)
    }

    private static func decode(_ rows: PostgresResult) throws -> [CommandKey: AcceptedCommand] {
        var known: [CommandKey: AcceptedCommand] = [:]
        for row in rows {
            let key = try CommandKey(shop: row.get(0, as: String.self), commandId: row.get(1, as: String.self))
            known[key] = try AcceptedCommand(
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
        _ known: [CommandKey: AcceptedCommand],
        _ connection: PostgresConnection
    ) async throws -> [CommandKey: AcceptedCommand] {
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
