import Foundation
import OrderLog
import Orders
import Postgres

/// The statements of the attention queue: the orders of the order list that need attention, newest first.
///
/// The orders are those that the list's filter `attention` finds, so that statistics and list agree.
enum AttentionQueue {
    private static let activeVersion =
        "(select version from projection_active where name = '\(OrderListModel.name)')"

    /// Counts the orders of some shops.
    ///
    /// - Parameter shops: nil for all.
    static func count(shops: [String]?) -> PostgresQuery {
        PostgresQuery(
            """
            select count(*) as orders from order_list_keys k
            where k.model_version = \(activeVersion) and k.attention and ($1::text[] is null or k.shop = any($1))
            """,
            [shops]
        )
    }

    /// Selects the newest orders of some shops.
    ///
    /// - Parameters:
    ///   - shops: nil for all.
    ///   - limit: the most orders.
    static func newest(shops: [String]?, limit: Int) -> PostgresQuery {
        let columns = "k.order_id, k.shop, k.number, k.status, k.attention_since, k.attention_reasons"
        let order = "order by attention_since desc, order_id desc limit $1"
        let source = "order_list_keys k where k.model_version = \(activeVersion) and k.attention_since is not null"
        guard let shops else { return PostgresQuery("select \(columns) from \(source) \(order)", [Int64(limit)]) }
        // The index is sorted below one shop, so that several shops need a scan each.
        return PostgresQuery(
            """
            select w.* from (select distinct unnest($2::text[])) s (shop)
            cross join lateral (select \(columns) from \(source) and k.shop = s.shop \(order)) w \(order)
            """,
            [Int64(limit), shops]
        )
    }

    /// Decodes the rows of `newest`.
    static func decodeNewest(_ rows: PostgresResult) throws -> [Stats.Attention] {
        let (orderId, number) = try (rows.column("order_id", as: UUID.self), rows.column("number", as: String.self))
        let (shop, status) = try (rows.column("shop", as: String.self), rows.column("status", as: String.self))
        let since = try rows.column("attention_since", as: PostgresTimestamp.self)
        let reasons = try rows.column("attention_reasons", as: [String].self)
        return try rows.map { row in
            try Stats.Attention(
                orderId: row.get(orderId),
                shop: row.get(shop),
                number: row.get(number),
                status: row.get(status),
                since: Timestamp(row.get(since)),
                reasons: row.get(reasons)
            )
        }
    }
}
