import Foundation
import OrderLog
import Postgres

/// Compares each event with the one before it in the log, and with the one before it in its order.
///
/// Positions have no hole and times never go back. An order's versions come one after the other, within one shop, and
/// each event begins with the status that the one before has announced.
struct LogOrderCheck: Sendable {
    let report: @Sendable (Difference) -> Void

    /// The number of positions that one statement compares.
    private static let rangeSize: Int64 = 4096

    /// - Parameter progress: is called with the last position of each range.
    func run(through head: Int64, in pool: PostgresPool, progress: (Int64) -> Void) async throws {
        var seq: Int64 = 0
        while seq < head {
            let end = min(head, seq + Self.rangeSize)
            try reportHoles(await pool.query(Self.holes, [seq, end]))
            try reportMismatches(await pool.query(Self.mismatches, [seq, end]))
            seq = end
            progress(seq)
        }
    }

    private static let holes = """
        select h.seq from generate_series($1::bigint + 1, $2::bigint) h (seq)
        where (select 1 from events e where e.seq = h.seq) is null order by h.seq
        """

    private static let time = LogEndsCheck.timeFormat

    /// The limits keep the planner from any other plan than index look-ups.
    private static let mismatches = """
        select e.seq, e.order_id, e.version, e.shop, e.status_before, p.seq as previous_seq, p.shop as previous_shop,
            p.status as previous_status, to_char(e.recorded_at at time zone 'UTC', '\(time)') as recorded_at,
            case when e.recorded_at < b.recorded_at
                then to_char(b.recorded_at at time zone 'UTC', '\(time)') end as later_time
        from events e
        left join lateral (
            select p.seq, p.shop, p.status from events p
            where p.order_id = e.order_id and p.version = e.version - 1 limit 1) p on true
        left join lateral (select b.recorded_at from events b where b.seq = e.seq - 1 limit 1) b on true
        where e.seq > $1 and e.seq <= $2 and (
            (e.version > 1 and p.seq is null) or p.seq > e.seq or p.shop <> e.shop
            or e.status_before is distinct from p.status or e.recorded_at < b.recorded_at)
        order by e.seq
        """

    private func reportHoles(_ rows: PostgresResult) throws {
        guard !rows.isEmpty else { return }
        let seq = try rows.column("seq", as: Int64.self)
        for row in rows { add("position \(try row.get(seq))", of: nil, stored: nil, expected: "an event") }
    }

    private func reportMismatches(_ rows: PostgresResult) throws {
        for row in rows {
            let orderId = try row.get("order_id", as: UUID.self)
            let seq = try row.get("seq", as: Int64.self)
            let version = try row.get("version", as: Int32.self)
            let event = "event \(seq)"
            if let later = try row.get("later_time", as: String?.self) {
                let recordedAt = try row.get("recorded_at", as: String.self)
                add("\(event) recordedAt", of: orderId, stored: recordedAt, expected: "\(later) or later")
            }
            let previousSeq = try row.get("previous_seq", as: Int64?.self)
            guard let previousSeq, previousSeq < seq else {
                if version > 1 {
                    let expected = "version \(version - 1) before it"
                    add("\(event) version", of: orderId, stored: "\(version)", expected: expected)
                } else if let before = try row.get("status_before", as: String?.self) {
                    add("\(event) statusBefore", of: orderId, stored: before, expected: nil)
                }
                continue
            }
            let (shop, previousShop) = try (
                row.get("shop", as: String.self), row.get("previous_shop", as: String?.self)
            )
            if shop != previousShop { add("\(event) shop", of: orderId, stored: shop, expected: previousShop) }
            let before = try row.get("status_before", as: String?.self)
            let announced = try row.get("previous_status", as: String?.self)
            if before != announced { add("\(event) statusBefore", of: orderId, stored: before, expected: announced) }
        }
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
