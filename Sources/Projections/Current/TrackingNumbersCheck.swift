import Foundation
import OrderLog
import Postgres

/// Compares the table `tracking_numbers` with the log, a bounded range at a time, and repairs it for a replay.
///
/// The appender writes events and rows in one transaction, so that one statement sees both of each commit or neither.
struct TrackingNumbersCheck {
    /// A row that the table must have, lacks, or has without cause.
    struct Row {
        let seq: Int64
        let orderId: UUID
        let shop: String
        let number: String
    }

    typealias Query = (String, [any PostgresEncodable]) async throws -> PostgresResult

    private let query: Query

    /// The number of events that one statement searches for missing rows.
    private static let rangeSize: Int64 = 50_000
    /// The number of rows that one statement searches for those without an event.
    private static let pageSize = 5000
    /// The number of blocks of the table whose rows one statement counts.
    private static let blockCount = 65_536

    init(_ query: @escaping Query) {
        self.query = query
    }

    /// Finds the rows that no event of the log has caused.
    func findStray(_ report: ([Row]) async throws -> Void) async throws {
        var last = Row(seq: 0, orderId: UUID(), shop: "", number: "")
        while true {
            let rows = try await query(
                """
                select p.seq, p.order_id, p.shop, p.number_key, not exists (
                    select from logged_tracking_numbers l where l.seq = p.seq and l.order_id = p.order_id
                        and l.shop = p.shop and l.number_key = p.number_key) as is_stray
                from (
                    select * from tracking_numbers where (shop, number_key, seq) > ($1, $2, $3)
                    order by shop, number_key, seq limit \(Self.pageSize)
                ) p
                order by p.shop, p.number_key, p.seq
                """,
                [last.shop, last.number, last.seq]
            )
            let found = try Self.decode(rows)
            let isStray = try rows.column("is_stray", as: Bool.self)
            let strays = try zip(found, rows).filter { try $1.get(isStray) }.map(\.0)
            if !strays.isEmpty { try await report(strays) }
            guard found.count == Self.pageSize, let end = found.last else { return }
            last = end
        }
    }

    /// Finds the rows that are missing for the events after a position, up to another.
    func findMissing(
        after start: Int64 = 0,
        through head: Int64,
        _ report: ([Row]) async throws -> Void
    ) async throws {
        var seq = start
        while seq < head {
            let end = min(seq + Self.rangeSize, head)
            let rows = try await query(
                """
                select l.seq, l.order_id, l.shop, l.number_key from logged_tracking_numbers l
                left join tracking_numbers t
                    on t.shop = l.shop and t.number_key = l.number_key and t.seq = l.seq and t.order_id = l.order_id
                where l.seq > $1 and l.seq <= $2 and t.seq is null order by l.seq
                """,
                [seq, end]
            )
            let missing = try Self.decode(rows)
            if !missing.isEmpty { try await report(missing) }
            seq = end
        }
    }

    /// Counts those of some rows that the table has.
    func countStored(_ rows: [Row]) async throws -> Int {
        if rows.isEmpty { return 0 }
        // The limit keeps the planner from any other plan than one index look-up for each row.
        let result = try await query(
            """
            select count(*) as stored from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[])
                g (seq, order_id, shop, number_key)
            cross join lateral (
                select from tracking_numbers t where t.shop = g.shop and t.number_key = g.number_key and t.seq = g.seq
                    and t.order_id = g.order_id limit 1) t
            """,
            [rows.map(\.seq), rows.map(\.orderId), rows.map(\.shop), rows.map(\.number)]
        )
        return Int(try result.first?.get("stored", as: Int64.self) ?? 0)
    }

    /// Tells whether the table is equal to the log up to a position, where the rows of the events up to an earlier one
    /// were compared. A table that has each of the rows that it must have, and no more rows than these, has no stray
    /// one. The rows of later events are few, and each is looked up.
    func isEqual(after compared: ComparedRows, through head: Int64) async throws -> Bool {
        guard compared.isComplete else { return false }
        var isMissing = false
        try await findMissing(after: compared.through, through: head) { _ in isMissing = true }
        if isMissing { return false }
        let later = try await query(
            "select count(*) as rows from logged_tracking_numbers where seq > $1 and seq <= $2",
            [compared.through, head]
        )
        let expected = Int64(compared.expected) + (try later.first?.get("rows", as: Int64.self) ?? 0)
        let (stored, strays) = try await countRows(through: head)
        return stored == expected && strays == 0
    }

    /// Counts the table's rows for the events up to a position, and the later rows without an event, some blocks in
    /// each statement.
    private func countRows(through head: Int64) async throws -> (stored: Int64, strays: Int64) {
        let size = try await query(
            "select pg_relation_size('tracking_numbers') / current_setting('block_size')::int + 1 as blocks",
            []
        )
        let blocks = Int(try size.first?.get("blocks", as: Int64.self) ?? 0)
        var (stored, strays): (Int64, Int64) = (0, 0)
        for first in stride(from: 0, to: blocks, by: Self.blockCount) {
            let rows = try await query(
                """
                select count(*) filter (where t.seq <= $1) as stored,
                    count(*) filter (where t.seq > $1 and not exists (
                        select from logged_tracking_numbers l where l.seq = t.seq and l.order_id = t.order_id
                            and l.shop = t.shop and l.number_key = t.number_key)) as strays
                from tracking_numbers t
                where t.ctid >= '(\(first),0)' and t.ctid < '(\(first + Self.blockCount),0)'
                """,
                [head]
            )
            stored += try rows.first?.get("stored", as: Int64.self) ?? 0
            strays += try rows.first?.get("strays", as: Int64.self) ?? 0
        }
        return (stored, strays)
    }

    /// Makes the table equal to the log, up to a position.
    func repair(through head: Int64) async throws {
        try await findStray { rows in
            _ = try await query(
                """
                delete from tracking_numbers t using unnest($1::text[], $2::text[], $3::bigint[]) s (shop, number_key, seq)
                where t.shop = s.shop and t.number_key = s.number_key and t.seq = s.seq
                """,
                [rows.map(\.shop), rows.map(\.number), rows.map(\.seq)]
            )
        }
        try await findMissing(through: head) { rows in
            _ = try await query(
                """
                insert into tracking_numbers (seq, order_id, shop, number_key)
                select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[]) on conflict do nothing
                """,
                [rows.map(\.seq), rows.map(\.orderId), rows.map(\.shop), rows.map(\.number)]
            )
        }
    }

    /// Reports each wrong row as a difference, for the events up to a position.
    func compare(projection: String, through head: Int64, report: (Difference) -> Void) async throws {
        func difference(_ row: Row, isStored: Bool) -> Difference {
            Difference(
                projection: projection,
                orderId: row.orderId,
                field: "tracking number of event \(row.seq)",
                stored: isStored ? row.number : nil,
                expected: isStored ? nil : row.number
            )
        }
        try await findStray { rows in for row in rows { report(difference(row, isStored: true)) } }
        try await findMissing(through: head) { rows in for row in rows { report(difference(row, isStored: false)) } }
    }

    private static func decode(_ rows: PostgresResult) throws -> [Row] {
        let (seq, orderId) = try (rows.column("seq", as: Int64.self), rows.column("order_id", as: UUID.self))
        let (shop, number) = try (rows.column("shop", as: String.self), rows.column("number_key", as: String.self))
        return try rows.map { row in
            try Row(seq: row.get(seq), orderId: row.get(orderId), shop: row.get(shop), number: row.get(number))
        }
    }
}
