import Foundation
import Postgres

/// Finds the commands of a batch that were accepted before. With the head locked, no process adds any meanwhile;
/// without the lock, only what is found is certain.
struct CommandLookUp {
    /// The filter of the ids of past days; without it all days are searched for each id.
    let snapshot: CommandIdFilterCache.Snapshot?
    /// The epochs as they are known by now. The snapshot of another history is not used.
    let epochs: EpochTable
    /// The day, as `2026-11-24`, before which all commands were recorded; nil where none is known. The days to come
    /// have partitions too, which need no search.
    var end: String?
    /// The time without an answer after which the connection is closed.
    var timeout = LogConnection.appendTimeout

    private static let select = """
        select shop, command_id, fingerprint, order_id, first_seq, last_seq, version, status
        from commands where command_id = any($1)
        """

    /// The condition for the days that the snapshot does not cover.
    private var isRecent: String {
        var sql = ""
        if let snapshot { sql += " and recorded_at >= \(CommandIdFilterLoader.startSQL(of: snapshot.day))" }
        if let end { sql += " and recorded_at < \(CommandIdFilterLoader.startSQL(of: end))" }
        return sql
    }

    /// The statement for the days that the snapshot does not cover.
    func recent(_ commandIds: [String]) -> PostgresQuery {
        PostgresQuery(Self.select + isRecent, [commandIds])
    }

    /// Fails with `division_by_zero` where a command of the days that the snapshot does not cover has one of the ids.
    func requireNone(of commandIds: [String]) -> PostgresQuery {
        PostgresQuery(
            "\(AssumedPlan.selectNone) from commands where command_id = any($1)\(isRecent)",
            [commandIds]
        )
    }

    /// True where a command of the days that the snapshot covers may have the id.
    func mayBeOfPast(_ commandId: String) -> Bool {
        snapshot.map { $0.history != epochs || $0.filter.mayContain(commandId) } ?? false
    }

    /// Decodes the rows of `recent`, and searches the days before for the ids that the snapshot seems to contain.
    func complete(
        _ rows: PostgresResult,
        ids: [String],
        on connection: PostgresConnection
    ) async throws -> [CommandKey: AcceptedCommand] {
        var known = try Self.decode(rows)
        if let snapshot {
            let suspects = ids.filter(mayBeOfPast)
            if !suspects.isEmpty {
                let rows = try await connection.query(
                    "\(Self.select) and recorded_at < \(CommandIdFilterLoader.startSQL(of: snapshot.day))",
                    [suspects],
                    timeout: timeout
                )
                known.merge(try Self.decode(rows)) { first, _ in first }
            }
        }
        return try await addEvents(to: known, on: connection)
    }

    /// Finds commands in one call, for ids that were not part of an earlier statement.
    func find(_ ids: [String], on connection: PostgresConnection) async throws -> [CommandKey: AcceptedCommand] {
        guard !ids.isEmpty else { return [:] }
        let query = recent(ids)
        let rows = try await connection.query(query.sql, query.bindings, timeout: timeout)
        return try await complete(rows, ids: ids, on: connection)
    }

    private static func decode(_ rows: PostgresResult) throws -> [CommandKey: AcceptedCommand] {
        guard !rows.isEmpty else { return [:] }
        let (shop, commandId) = try (rows.column("shop", as: String.self), rows.column("command_id", as: String.self))
        let fingerprint = try rows.column("fingerprint", as: PostgresBytes.self)
        let orderId = try rows.column("order_id", as: UUID.self)
        let firstSeq = try rows.column("first_seq", as: Int64.self)
        let lastSeq = try rows.column("last_seq", as: Int64.self)
        let (version, status) = try (rows.column("version", as: Int32.self), rows.column("status", as: String.self))
        var known: [CommandKey: AcceptedCommand] = [:]
        for row in rows {
            known[try CommandKey(shop: row.get(shop), commandId: row.get(commandId))] = try AcceptedCommand(
                fingerprint: row.get(fingerprint).bytes,
                orderId: row.get(orderId),
                firstSeq: row.get(firstSeq),
                lastSeq: row.get(lastSeq),
                version: Int(row.get(version)),
                status: row.get(status),
                events: []
            )
        }
        return known
    }

    /// Adds the commands' events, which a repeated answer names again. Repetitions are rare, so that the events cost a
    /// round trip of their own.
    private func addEvents(
        to known: [CommandKey: AcceptedCommand],
        on connection: PostgresConnection
    ) async throws -> [CommandKey: AcceptedCommand] {
        let sequences = known.values.filter { $0.firstSeq <= $0.lastSeq }.flatMap { Array($0.firstSeq...$0.lastSeq) }
        guard !sequences.isEmpty else { return known }
        let rows = try await connection.query(
            "select seq, type, internal #>> '{anomaly,code}' as anomaly from events where seq = any($1)",
            [sequences],
            timeout: timeout
        )
        let (seq, type) = try (rows.column("seq", as: Int64.self), rows.column("type", as: String.self))
        let anomaly = try rows.column("anomaly", as: String?.self)
        var events: [Int64: AcceptedEvent] = [:]
        for row in rows {
            events[try row.get(seq)] = try AcceptedEvent(type: row.get(type), anomaly: row.get(anomaly))
        }
        return known.mapValues { command in
            guard command.firstSeq <= command.lastSeq else { return command }
            var command = command
            command.events = (command.firstSeq...command.lastSeq).compactMap { events[$0] }
            return command
        }
    }
}
