import Foundation
import OrderLog
import Postgres

/// Compares the accepted commands with their events: each command's events are there, of its order and with its id, and
/// its version and status are those of its last event. No command id was accepted twice.
struct CommandIdsCheck: Sendable {
    let report: @Sendable (Difference) -> Void

    /// The largest number of differences of each day that are printed.
    static let limit = 1000
    /// A day's command ids are compared by one statement, which may take so long.
    private static let timeout: Duration = .seconds(3600)

    func run(in pool: PostgresPool) async throws {
        let days = try await pool.query(
            """
            select distinct to_char(day, 'YYYY-MM-DD') as day from (
                select to_date(substr(c.relname, 10), 'YYYYMMDD') as day from pg_inherits i
                join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'commands'::regclass and c.relname ~ '^commands_[0-9]{8}$'
            ) d order by day
            """
        )
        let day = try days.column("day", as: String.self)
        // A constant, so that the planner leaves the partitions of other days out.
        let begins = try days.map { "timestamptz '\(try $0.get(day)) 00:00:00+00'" }
        var conditions = [begins.first.map { "c.recorded_at < \($0)" } ?? "true"]
        for (begin, end) in zip(begins, begins.dropFirst()) {
            conditions.append("c.recorded_at >= \(begin) and c.recorded_at < \(end)")
        }
        if let last = begins.last { conditions.append("c.recorded_at >= \(last)") }
        for condition in conditions {
            try reportFaults(await slowly(Self.faults(condition), in: pool))
        }
        try reportTwins(await slowly(Self.twins, in: pool))
    }

    private func slowly(_ sql: String, in pool: PostgresPool) async throws -> PostgresResult {
        try await pool.withConnection { connection in
            try await connection.withTransaction("begin read only") { transaction in
                try await transaction.executeScript("set local statement_timeout = '1h'")
                return try await transaction.query(sql, timeout: Self.timeout)
            }
        }
    }

    /// The events are found by their positions: an order may have as many events as commands. Commands and events are
    /// committed together, and a statement is one snapshot of both.
    ///
    /// A command that had nothing to add has no events; its last one is its order's.
    private static func faults(_ condition: String) -> String {
        """
        select c.shop, c.command_id, c.order_id, c.first_seq, c.last_seq, c.version, c.status, n.events,
            l.order_id = c.order_id as is_order, l.version as last_version, l.status as last_status
        from commands c
        left join lateral (
            select count(*) filter (
                where e.order_id = c.order_id and e.shop = c.shop and e.command_id = c.command_id) as events
            from events e where e.seq >= c.first_seq and e.seq <= c.last_seq) n on true
        left join lateral (
            select l.order_id, l.version, l.status from events l where l.seq = c.last_seq limit 1) l on true
        where \(condition) and (
            n.events <> greatest(c.last_seq - c.first_seq + 1, 0) or l.order_id is distinct from c.order_id
            or l.version <> c.version or l.status <> c.status)
        limit \(limit)
        """
    }

    private static let twins = """
        select shop, command_id, count(*) as times from commands group by command_id, shop having count(*) > 1
        limit \(limit)
        """

    private func reportFaults(_ rows: PostgresResult) throws {
        for row in rows {
            let name = try Self.name(row)
            let orderId = try row.get("order_id", as: UUID.self)
            let (first, last) = try (row.get("first_seq", as: Int64.self), row.get("last_seq", as: Int64.self))
            let events = try row.get("events", as: Int64.self)
            let expected = max(last - first + 1, 0)
            if events != expected {
                let place = first == last ? "event \(first)" : "events \(first) to \(last)"
                add("\(name) \(place)", of: orderId, stored: "\(events) of the command", expected: "\(expected)")
            }
            guard try row.get("is_order", as: Bool?.self) == true else {
                if expected == 0 {
                    add("\(name) event \(last)", of: orderId, stored: nil, expected: "one of the order")
                }
                continue
            }
            let (version, lastVersion) = try (
                row.get("version", as: Int32.self), row.get("last_version", as: Int32.self)
            )
            if version != lastVersion {
                add("\(name) version", of: orderId, stored: "\(version)", expected: "\(lastVersion)")
            }
            let (status, lastStatus) = try (
                row.get("status", as: String.self), row.get("last_status", as: String.self)
            )
            if status != lastStatus { add("\(name) status", of: orderId, stored: status, expected: lastStatus) }
        }
    }

    private func reportTwins(_ rows: PostgresResult) throws {
        for row in rows {
            let times = try row.get("times", as: Int64.self)
            add(try Self.name(row), of: nil, stored: "accepted \(times) times", expected: "once")
        }
    }

    private static func name(_ row: PostgresRow) throws -> String {
        "command \(try row.get("command_id", as: String.self)) of \(try row.get("shop", as: String.self))"
    }

    private func add(_ field: String, of orderId: UUID?, stored: String?, expected: String?) {
        report(
            Difference(
                projection: LogVerification.name,
                orderId: orderId,
                field: field,
                stored: stored,
                expected: expected
            )
        )
    }
}
