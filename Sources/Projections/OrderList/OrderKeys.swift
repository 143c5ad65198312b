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
    /// The parcels' carriers, each once, in the order of the parcels.
    let carriers: [String]
    /// The parcels' tracking numbers, each once, in the order of the parcels.
    let trackingNumbers: [String]

    init(_ order: Order) {
        orderId = order.orderId
        placedAt = order.placedAt
        // The announced headline decides, as the list shows it.
        attention = order.headline == .attention || !order.anomalies.isEmpty
        shop = order.shop
        customer = order.customer
        number = order.number
        status = order.headline.rawValue
        carriers = Self.distinct(order.parcels.compactMap(\.carrier))
        trackingNumbers = Self.distinct(order.parcels.compactMap(\.trackingNumber))
    }

    private static func distinct(_ texts: [String]) -> [String] {
        // Compared as bytes, as SQL compares them.
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
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
