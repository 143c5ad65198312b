import Foundation
import OrderLog
import Orders
import Postgres

/// Finds the rows of `order_list_by_carrier` that the keys of their order do not have. The keys themselves are compared
/// with the log: damaged keys make a difference here too.
struct StrayCarriers: Sendable {
    private static var pageSize: Int { 5000 }

    func find(in pool: PostgresPool, report: (Difference) -> Void) async throws {
        let noId = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        var last = ("", "", PostgresTimestamp(Timestamp(unixMicroseconds: 0)), noId)
        while true {
            let rows = try await pool.query(
                """
                select c.carrier, c.shop, c.placed_at, c.order_id, exists (
                    select from order_list_keys k
                    where k.model_version = c.model_version and k.order_id = c.order_id and k.shop = c.shop
                        and k.placed_at = c.placed_at and c.carrier = any(k.carriers)) as is_known
                from (
                    select * from \(OrderCarrier.table)
                    where (carrier, shop, placed_at, order_id) > ($2, $3, $4, $5) and model_version = (
                        select version from projection_active where name = $1)
                    order by carrier, shop, placed_at, order_id limit \(Self.pageSize)) c
                order by c.carrier, c.shop, c.placed_at, c.order_id
                """,
                [OrderListModel.name, last.0, last.1, last.2, last.3]
            )
            let (carrier, shop) = try (rows.column("carrier", as: String.self), rows.column("shop", as: String.self))
            let placedAt = try rows.column("placed_at", as: PostgresTimestamp.self)
            let orderId = try rows.column("order_id", as: UUID.self)
            let isKnown = try rows.column("is_known", as: Bool.self)
            for row in rows {
                last = try (row.get(carrier), row.get(shop), row.get(placedAt), row.get(orderId))
                guard try !row.get(isKnown) else { continue }
                report(
                    Difference(
                        projection: OrderListModel.name,
                        orderId: last.3,
                        field: OrderCarrier.table,
                        stored: last.0,
                        expected: nil
                    )
                )
            }
            if rows.count < Self.pageSize { return }
        }
    }
}
