import Foundation
import OrderLog
import Orders
import Postgres

/// The values of an order that the statistics need.
package struct StatsOrder: Sendable, Hashable {
    let orderId: UUID
    let shop: String
    var status: String
    /// The time at which the event that brought the headline was recorded.
    var since: Timestamp
}

extension StatsOrder {
    static func select(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select order_id, shop, status, since from stats_orders where model_version = $1 and order_id = any($2)
            """,
            [Int32(version), ids]
        )
    }

    /// Decodes the rows of `select`.
    static func decode(_ rows: PostgresResult) throws -> [UUID: StatsOrder] {
        guard !rows.isEmpty else { return [:] }
        let orderId = try rows.column("order_id", as: UUID.self)
        let (shop, status) = try (rows.column("shop", as: String.self), rows.column("status", as: String.self))
        let since = try rows.column("since", as: PostgresTimestamp.self)
        var orders: [UUID: StatsOrder] = [:]
        for row in rows {
            let order = try StatsOrder(
                orderId: row.get(orderId),
                shop: row.get(shop),
                status: row.get(status),
                since: Timestamp(row.get(since))
            )
            orders[order.orderId] = order
        }
        return orders
    }
}
