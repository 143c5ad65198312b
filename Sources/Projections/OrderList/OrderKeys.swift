import Foundation
import Orders
import Postgres

/// What an order is found by in the list.
struct OrderKeys: Sendable, Hashable {
    let orderId: UUID
    let placedAt: Timestamp
    let attention: Bool
    let shop: String
    let customer: String
    let number: String
    let status: String
    /// Each once, in the order of the parcels.
    let carriers: [String]
    let trackingNumbers: [String]

    init(_ order: Order) {
        orderId = order.orderId
        placedAt = order.placedAt
        // By the headline that was announced, as the list shows it.
        attention = order.headline == .attention || !order.anomalies.isEmpty
        shop = order.shop
        customer = order.customer
        number = order.number
        status = order.headline.rawValue
        carriers = Self.distinct(order.parcels.compactMap(\.carrier))
        trackingNumbers = Self.distinct(order.parcels.compactMap(\.trackingNumber))
    }

    private static func distinct(_ texts: [String]) -> [String] {
        // As bytes, as SQL compares them.
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
    }

    static func upsert(_ keys: [OrderKeys], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into order_list_keys (
                model_version, order_id, placed_at, attention, shop, customer, number, status, carriers, tracking_numbers)
            select $1, k.order_id, k.placed_at, k.attention, k.shop, k.customer, k.number, k.status,
                k.carriers::text[], k.tracking_numbers::text[]
            from unnest(
                $2::uuid[], $3::timestamptz[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::text[]
            ) k (order_id, placed_at, attention, shop, customer, number, status, carriers, tracking_numbers)
            on conflict (order_id, model_version) do update set
                attention = excluded.attention, status = excluded.status, carriers = excluded.carriers,
                tracking_numbers = excluded.tracking_numbers
            """,
            [
                Int32(version),
                keys.map(\.orderId),
                keys.map { PostgresTimestamp(unixMicroseconds: $0.placedAt.unixMicroseconds) },
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

/// A text array as the server's array literal: `unnest` takes no arrays of unequal length as elements.
/// PostgreSQL manual, 8.15.6.
enum ArrayText {
    static func encode(_ texts: [String]) -> String {
        var bytes: [UInt8] = [UInt8(ascii: "{")]
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: "}"))
        return String(decoding: bytes, as: UTF8.self)
    }
}
