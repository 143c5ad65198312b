import Foundation
import Postgres

/// The table of the orders by tracking number, `tracking_numbers`: one row for each event that gives a number to a
/// parcel or a return.
///
/// The appender writes a row in the transaction that appends the event, so that a scan by tracking number finds all
/// that is committed. Rows only come: a number that was replaced still finds its parcel, and a number that a carrier
/// uses again finds several orders. The SQL function `tracking_numbers_rebuild` makes the rows from the log.
enum TrackingNumberTable {
    /// The largest number of a number's events that are looked up, newest first. A number that a shop gives to every
    /// parcel must not load them all.
    static let limit = 64

    /// A row of the table.
    struct Row: Hashable, Sendable {
        /// The number of the event that gives the tracking number.
        let seq: Int64
        let key: TrackingKey
        let orderId: UUID
    }

    /// Selects the orders of some numbers, for `decode`.
    static func find(_ keys: [TrackingKey]) -> PostgresQuery {
        PostgresQuery(
            """
            select k.shop, k.number_key, t.order_id
            from unnest($1::text[], $2::text[]) k (shop, number_key)
            cross join lateral (
                select order_id, seq from tracking_numbers
                where shop = k.shop and number_key = k.number_key order by seq desc limit \(limit)
            ) t
            order by t.seq desc
            """,
            [keys.map(\.shop), keys.map(\.number)]
        )
    }

    /// Decodes the rows of `find`.
    ///
    /// - Returns: each number's orders, each once, the one that got the number last first.
    static func decode(_ rows: PostgresResult) throws -> [TrackingKey: [UUID]] {
        guard !rows.isEmpty else { return [:] }
        let (shop, number) = try (rows.column("shop", as: String.self), rows.column("number_key", as: String.self))
        let orderId = try rows.column("order_id", as: UUID.self)
        var found: [TrackingKey: [UUID]] = [:]
        for row in rows {
            let key = try TrackingKey(shop: row.get(shop), number: row.get(number))
            let id = try row.get(orderId)
            if !found[key, default: []].contains(id) { found[key, default: []].append(id) }
        }
        return found
    }

    static func insert(_ rows: [Row]) -> PostgresQuery {
        PostgresQuery(
            """
            insert into tracking_numbers (seq, order_id, shop, number_key)
            select * from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[])
            """,
            [rows.map(\.seq), rows.map(\.orderId), rows.map(\.key.shop), rows.map(\.key.number)]
        )
    }
}
