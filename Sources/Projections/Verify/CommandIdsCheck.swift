import Foundation
import OrderLog
import Postgres

/// Compares the accepted commands with their events: each command's events are there, of its order and with its id, and
/// its version and status are those of its last event. No command id was accepted twice.
struct CommandIdsCheck: Sendable {
    let report: @Sendable (Difference) -> Void

    /// The largest number of differences of one statement that are printed.
    static let limit = 1000

    private let blocksPerStatement: Int64
    private let idsPerStatement: Int64

    /// - Parameters:
    ///   - blocksPerStatement: the blocks of the table that one statement compares with their events, some ten thousand
    ///     commands: a statement is a snapshot, and a long one makes appends slow.
    ///   - idsPerStatement: the command ids that one statement searches for duplicates.
    init(
        blocksPerStatement: Int64 = 500,
        idsPerStatement: Int64 = 20_000,
        report: @escaping @Sendable (Difference) -> Void
    ) {
        self.blocksPerStatement = blocksPerStatement
        self.idsPerStatement = idsPerStatement
        self.report = report
    }

    func run(in pool: PostgresPool) async throws {
        for part in try await parts(in: pool) {
            for first in stride(from: 0, to: part.blocks, by: Int64.Stride(blocksPerStatement)) {
                let blocks = ["(\(first),0)", "(\(first + blocksPerStatement),0)"]
                try reportMismatches(await pool.query(Self.mismatches(part.condition), blocks))
            }
        }
        try await compareIds(in: pool)
    }

    /// A condition that leaves the partitions of other days out, and the blocks of the largest table that is left.
    private struct Part {
        let condition: String
        let blocks: Int64
    }

    private func parts(in pool: PostgresPool) async throws -> [Part] {
        let rows = try await pool.query(
            """
            select case when c.relname ~ '^commands_[0-9]{8}$' then
                    to_char(to_date(substr(c.relname, 10), 'YYYYMMDD'), 'YYYY-MM-DD') end as day,
                pg_relation_size(c.oid) / current_setting('block_size')::int as blocks
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent = 'commands'::regclass order by day nulls first
            """
        )
        var days: [(begin: String, blocks: Int64)] = []
        // The default partition may hold commands of any day.
        var anyDay: Int64 = 0
        for row in rows {
            let blocks = try row.get("blocks", as: Int64.self) + 1
            guard let day = try row.get("day", as: String?.self) else {
                anyDay = max(anyDay, blocks)
                continue
            }
            // A constant, so that the planner leaves the partitions of other days out.
            days.append((begin: "timestamptz '\(day) 00:00:00+00'", blocks: blocks))
        }
        var parts = [Part(condition: days.first.map { "c.recorded_at < \($0.begin)" } ?? "true", blocks: anyDay)]
        for (day, next) in zip(days, days.dropFirst()) {
            parts.append(
                Part(
                    condition: "c.recorded_at >= \(day.begin) and c.recorded_at < \(next.begin)",
                    blocks: max(day.blocks, anyDay)
                )
            )
        }
        if let last = days.last {
            parts.append(Part(condition: "c.recorded_at >= \(last.begin)", blocks: max(last.blocks, anyDay)))
        }
        return parts
    }

    /// Searches for command ids that were accepted twice, in ranges of ids.
    private func compareIds(in pool: PostgresPool) async throws {
        var first = ""
        var isPast = false
        while true {
            let rows = try await pool.query(Self.duplicateIds(isPast ? ">" : ">="), [first, idsPerStatement])
            guard let row = rows.first else { return }
            let last = try row.get("last", as: String.self)
            let isFull = try row.get("ids", as: Int64.self) >= idsPerStatement
            // Commands of the last id may be left for the next range, unless the range has no other.
            isPast = isFull && last == first
            for row in rows {
                guard let id = try row.get("command_id", as: String?.self), !isFull || id != last || isPast else {
                    continue
                }
                try reportDuplicate(row)
            }
            if !isFull { return }
            first = last
        }
    }

    /// The events are found by their positions: an order may have as many events as commands. Commands and events are
    /// committed together, and a statement is one snapshot of both.
    ///
    /// A command that had nothing to add has no events; its last one is its order's.
    private static func mismatches(_ condition: String) -> String {
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
        where \(condition) and c.ctid >= $1::text::tid and c.ctid < $2::text::tid and (
            n.events <> greatest(c.last_seq - c.first_seq + 1, 0) or l.order_id is distinct from c.order_id
            or l.version <> c.version or l.status <> c.status)
        limit \(limit)
        """
    }

    private static func duplicateIds(_ comparison: String) -> String {
        """
        with ids as materialized (
            select command_id, shop from commands where command_id \(comparison) $1 order by command_id limit $2),
        range as (select max(command_id) as last, count(*) as ids from ids)
        select range.last, range.ids, d.shop, d.command_id, d.times from range left join lateral (
            select shop, command_id, count(*) as times from ids group by command_id, shop having count(*) > 1
            limit \(limit)) d on true
        where range.ids > 0
        """
    }

    private func reportMismatches(_ rows: PostgresResult) throws {
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

    private func reportDuplicate(_ row: PostgresRow) throws {
        let times = try row.get("times", as: Int64.self)
        add(try Self.name(row), of: nil, stored: "accepted \(times) times", expected: "once")
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
