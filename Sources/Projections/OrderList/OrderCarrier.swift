import Foundation
import OrderLog
import Orders
import Postgres

/// A carrier of an order, with the values by which the list sorts the order: a row of `order_list_by_carrier`.
///
/// A row is found by all its values and not by the order alone, so that the table needs no index of its own for that.
struct OrderCarrier: Sendable {
    /// The name of the table.
    static let table = "order_list_by_carrier"

    /// The carrier as a key; see `OrderKeys.carrierKey`.
    let carrier: String
    let shop: String
    let placedAt: Timestamp
    let orderId: UUID

    static func insert(_ rows: [OrderCarrier], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into \(table) (model_version, carrier, shop, placed_at, order_id)
            select $1, * from unnest($2::text[], $3::text[], $4::timestamptz[], $5::uuid[])
            on conflict do nothing
            """,
            bindings(rows, version: version)
        )
    }

    static func delete(_ rows: [OrderCarrier], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            delete from \(table) c using unnest($2::text[], $3::text[], $4::timestamptz[], $5::uuid[]) r (
                carrier, shop, placed_at, order_id)
            where c.model_version = $1 and c.carrier = r.carrier and c.shop = r.shop and c.placed_at = r.placed_at
                and c.order_id = r.order_id
            """,
            bindings(rows, version: version)
        )
    }

    private static func bindings(_ rows: [OrderCarrier], version: Int) -> [any PostgresEncodable] {
        [
            Int32(version), rows.map(\.carrier), rows.map(\.shop), rows.map { PostgresTimestamp($0.placedAt) },
            rows.map(\.orderId),
        ]
    }
}

extension OrderKeys {
    /// The order's carriers that other keys of the order lack.
    ///
    /// - Parameter others: nil for none.
    func carriers(missingIn others: OrderKeys?) -> [OrderCarrier] {
        carriers.filter { carrier in
            // Compared as bytes, as SQL compares them.
            others?.carriers.contains { $0.utf8.elementsEqual(carrier.utf8) } != true
        }.map { OrderCarrier(carrier: $0, shop: shop, placedAt: placedAt, orderId: orderId) }
    }
}
