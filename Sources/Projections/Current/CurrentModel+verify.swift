package import Foundation
import Orders
package import Postgres

extension CurrentModel: VerifiableModel {
    package var orderTables: [String] { ["orders"] }

    package func stored(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select order_id, seq, recorded_at, version, shop, customer, status, state from orders
            where model_version = $1 and order_id = any($2)
            """,
            [Int32(version), ids]
        )
    }

    package func stored(_ row: PostgresRow) throws -> (orderId: UUID, fields: StoredFields) {
        let fields = try [
            "seq": String(row.get(1, as: Int64.self)),
            "recorded_at": FieldText.of(row.get(2, as: PostgresTimestamp.self)),
            "version": String(row.get(3, as: Int32.self)),
            "shop": row.get(4, as: String.self),
            "customer": row.get(5, as: String.self),
            "status": row.get(6, as: String.self),
            FieldComparison.state: row.get(7, as: String.self),
        ]
        return (try row.get(0, as: UUID.self), fields)
    }

    package func expected(_ entry: OrderEntry) -> StoredFields {
        [
            "seq": String(entry.seq),
            "recorded_at": FieldText.of(entry.recorded),
            "version": String(entry.order.version),
            "shop": entry.order.shop,
            "customer": entry.order.customer,
            "status": entry.status,
            FieldComparison.state: String(decoding: entry.order.encodeState(), as: UTF8.self),
        ]
    }
}

/// Values as texts, for comparing.
enum FieldText {
    static func of(_ time: PostgresTimestamp) -> String {
        Timestamp(unixMicroseconds: time.unixMicroseconds).rfc3339Micro
    }

    static func of(_ texts: [String]) -> String { ArrayText.encode(texts) }
}
