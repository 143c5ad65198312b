import Foundation
import OrderLog
import Postgres

/// Finds the rows of orders that the log does not have.
struct StrayRows<Model: VerifiableModel>: Sendable {
    let model: Model
    let table: String

    private static var pageSize: Int { 5000 }

    func find(in pool: PostgresPool, report: (Difference) -> Void) async throws {
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try await pool.query(
                """
                select r.order_id,
                    exists (select from events e where e.order_id = r.order_id and e.version = 1) as is_in_log
                from (select order_id from \(table) where order_id > $2 and model_version = (
                    select version from projection_active where name = $1) order by order_id limit \(Self.pageSize)) r
                order by r.order_id
                """,
                [model.name, last]
            )
            let (orderId, isInLog) = try (
                rows.column("order_id", as: UUID.self), rows.column("is_in_log", as: Bool.self)
            )
            for row in rows {
                last = try row.get(orderId)
                guard try !row.get(isInLog) else { continue }
                report(
                    Difference(projection: model.name, orderId: last, field: table, stored: "a row", expected: nil)
                )
            }
            if rows.count < Self.pageSize { return }
        }
    }
}
