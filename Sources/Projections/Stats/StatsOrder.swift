import Foundation
import OrderLog
import Orders
import Postgres

/// The values of an order that the statistics need.
package struct StatsOrder: Sendable, Hashable {
    let orderId: UUID
    let shop: String
    let number: String
    var status: String
    /// The time at which the event that brought the headline was recorded.
    var since: Timestamp
    /// The time since which the order needs attention; nil when it does not.
    var attentionSince: Timestamp?
    /// The type of the last event about a parcel's delivery, which names the trouble of an order that needs attention.
    var trouble: String?
    /// The open anomalies, as `version:code`.
    var anomalies: [String]
}

extension StatsOrder {
    static func select(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select order_id, shop, number, status, since, attention_since, trouble, anomalies
            from stats_orders where model_version = $1 and order_id = any($2)
            """,
            [Int32(version), ids]
        )
    }

    /// Decodes the rows of `select`.
    static func decode(_ rows: PostgresResult) throws -> [UUID: StatsOrder] {
        guard !rows.isEmpty else { return [:] }
        let (orderId, number) = try (rows.column("order_id", as: UUID.self), rows.column("number", as: String.self))
        let (shop, status) = try (rows.column("shop", as: String.self), rows.column("status", as: String.self))
        let since = try rows.column("since", as: PostgresTimestamp.self)
        let attentionSince = try rows.column("attention_since", as: PostgresTimestamp?.self)
        let trouble = try rows.column("trouble", as: String?.self)
        let anomalies = try rows.column("anomalies", as: [String].self)
        var orders: [UUID: StatsOrder] = [:]
        for row in rows {
            let order = try StatsOrder(
                orderId: row.get(orderId),
                shop: row.get(shop),
                number: row.get(number),
                status: row.get(status),
                since: Timestamp(row.get(since)),
                attentionSince: row.get(attentionSince).map { Timestamp($0) },
                trouble: row.get(trouble),
                anomalies: row.get(anomalies)
            )
            orders[order.orderId] = order
        }
        return orders
    }
}
