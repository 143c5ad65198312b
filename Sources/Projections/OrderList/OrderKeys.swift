import Foundation
import OrderLog
import Orders
import Postgres

/// The values by which the list finds and sorts an order.
struct OrderKeys: Sendable, Hashable {
    let orderId: UUID
    let placedAt: Timestamp
    let attention: Bool
    /// The time of the event since which the order needs attention without a break; nil when it needs none.
    let attentionSince: Timestamp?
    /// The reasons as the attention queue names them; empty when the order needs no attention.
    let attentionReasons: [String]
    let shop: String
    let customer: String
    let number: String
    let status: String
    /// The carriers of the parcels, as they are and as they were, and of the returns, as keys; each once.
    let carriers: [String]
    /// The tracking numbers of parcels and returns, as they are and as they were, as keys; each once.
    let trackingNumbers: [String]

    init(_ order: Order, attentionSince: Timestamp?) {
        orderId = order.orderId
        placedAt = order.placedAt
        attention = order.attention
        self.attentionSince = attentionSince
        attentionReasons = order.attentionWords
        shop = order.shop
        customer = order.customer
        number = order.number
        status = order.headline.rawValue
        carriers = Self.distinct(order.carriers.map(Self.carrierKey))
        trackingNumbers = order.trackingKeys
    }

    /// The form in which the list compares carriers: ASCII letters in lower case.
    static func carrierKey(_ carrier: String) -> String {
        String(
            decoding: carrier.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 },
            as: UTF8.self
        )
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
                model_version, order_id, placed_at, attention, attention_since, attention_reasons, shop, customer,
                number, status, carriers, tracking_numbers)
            select $1, k.order_id, k.placed_at, k.attention, k.attention_since, k.attention_reasons::text[], k.shop,
                k.customer, k.number, k.status, k.carriers::text[], k.tracking_numbers::text[]
            from unnest(
                $2::uuid[], $3::timestamptz[], $4::boolean[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::text[], $12::text[]
            ) k (
                order_id, placed_at, attention, attention_since, attention_reasons, shop, customer, number, status,
                carriers, tracking_numbers)
            on conflict (order_id, model_version) do update set
                attention = excluded.attention, attention_since = excluded.attention_since,
                attention_reasons = excluded.attention_reasons, status = excluded.status,
                carriers = excluded.carriers, tracking_numbers = excluded.tracking_numbers
            """,
            [
                Int32(version),
                keys.map(\.orderId),
                keys.map { PostgresTimestamp($0.placedAt) },
                keys.map(\.attention),
                keys.map { $0.attentionSince.map { PostgresTimestamp($0) } },
                keys.map { ArrayText.encode($0.attentionReasons) },
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
