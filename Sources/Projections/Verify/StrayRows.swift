import Foundation
import OrderLog
import Postgres

/// Rows of orders that the log does not have.
struct StrayRows<Model: VerifiableModel>: Sendable {
    let model: Model
    let table: String

    private static var page: Int { 5000 }

    func find(_ pool: PostgresPool, _ report: (Difference) -> Void) async throws {
        var last = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while true {
            let rows = try await pool.query(
                """
                select r.order_id, exists (select from events e where e.order_id = r.order_id and e.version = 1)
                from (select order_id from \(table) where order_id > $2 and model_version = (
                    select version from projection_active where name = $1) order by order_id limit \(Self.page)) r
                order by r.order_id
                """,
                [model.name, last]
            )
            for row in rows {
                last = try row.get(0, as: UUID.self)
                guard try !row.get(1, as: Bool.self) else { continue }
                report(
                    Difference(projection: model.name, orderId: last, field: table, stored: "a row", expected: nil)
                )
            }
            if rows.count < Self.page { return }
        }
    }
}
