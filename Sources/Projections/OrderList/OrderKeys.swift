import Foundation
import OrderLog
import Orders
import Postgres

/// The values by which the list finds and sorts an order.
struct OrderKeys: Sendable, Hashable {
    let orderId: UUID
    let placedAt: Timestamp
    let attention: Bool
    let shop: String
    let customer: String
    let number: String
    let status: String
    /// The carriers of parcels and returns, each once.
    let carriers: [String]
    /// The tracking numbers of parcels and returns, current and former, in the form in which they are compared.
    let trackingNumbers: [String]

    init(_ order: Order) {
        orderId = order.orderId
        placedAt = order.placedAt
        attention = order.attention
        shop = order.shop
        customer = order.customer
        number = order.number
        status = order.headline.rawValue
        carriers = order.carriers
        trackingNumbers = order.trackingKeys
    }

    static func upsert(_ keys: [OrderKeys], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into order_list_keys (
                model_version, order_id, placed_at, attention, shop, customer, number, status, carriers,
                tracking_numbers)
            select $1, k.order_id, k.placed_at, k.attention, k.shop, k.customer, k.number, k.status,
                k.carriers::text[], k.tracking_numbers::text[]
            from unnest(
                $2::uuid[], $3::timestamptz[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[]
            ) k (order_id, placed_at, attention, shop, customer, number, status, carriers, tracking_numbers)
            on conflict (order_id, model_version) do update set
                attention = excluded.attention, status = excluded.status, carriers = excluded.carriers,
                tracking_numbers = excluded.tracking_numbers
            """,
            [
                Int32(version),
                keys.map(\.orderId),
                keys.map { PostgresTimestamp($0.placedAt) },
                keys.map(\.attention),
                keys.map(\.shop),
                keys.map(\.customer),
                keys.map(\.number),
                keys.map(\.status),
                keys.map { ArrayText.encode($0.carriers) },
                keys.map { ArrayText.encode($0.trackingNumbers) },
            ]
        )
    }
}
