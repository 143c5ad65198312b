package import Foundation
import Orders
package import Postgres

extension OrderListModel: VerifiableModel {
    package var orderTables: [String] { ["order_list", "order_list_keys"] }

    package func stored(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select i.order_id, l.seq, l.recorded_at, l.state, k.placed_at, k.attention, k.shop, k.customer, k.number,
                k.status, k.carriers, k.tracking_numbers
            from unnest($2::uuid[]) i (order_id)
            left join order_list l on l.order_id = i.order_id and l.model_version = $1
            left join order_list_keys k on k.order_id = i.order_id and k.model_version = $1
            where l.order_id is not null or k.order_id is not null
            """,
            [Int32(version), ids]
        )
    }

    package func stored(_ row: PostgresRow) throws -> (orderId: UUID, fields: StoredFields) {
        var fields: StoredFields = [:]
        fields["seq"] = try row.get(1, as: Int64?.self).map { String($0) }
        fields["recorded_at"] = try row.get(2, as: PostgresTimestamp?.self).map(FieldText.of)
        fields[FieldComparison.state] = try row.get(3, as: String?.self)
        fields["placed_at"] = try row.get(4, as: PostgresTimestamp?.self).map(FieldText.of)
        fields["attention"] = try row.get(5, as: Bool?.self).map { String($0) }
        fields["shop"] = try row.get(6, as: String?.self)
        fields["customer"] = try row.get(7, as: String?.self)
        fields["number"] = try row.get(8, as: String?.self)
        fields["status"] = try row.get(9, as: String?.self)
        fields["carriers"] = try row.get(10, as: [String]?.self).map(FieldText.of)
        fields["tracking_numbers"] = try row.get(11, as: [String]?.self).map(FieldText.of)
        return (try row.get(0, as: UUID.self), fields)
    }

    package func expected(_ entry: Entry) -> StoredFields {
        let keys = OrderKeys(entry.row.order)
        let placed = PostgresTimestamp(unixMicroseconds: keys.placedAt.unixMicroseconds)
        return [
            "seq": String(entry.row.seq),
            "recorded_at": FieldText.of(entry.row.recorded),
            FieldComparison.state: String(decoding: entry.row.order.encodeState(), as: UTF8.self),
            "placed_at": FieldText.of(placed),
            "attention": String(keys.attention),
            "shop": keys.shop,
            "customer": keys.customer,
            "number": keys.number,
            "status": keys.status,
            "carriers": FieldText.of(keys.carriers),
            "tracking_numbers": FieldText.of(keys.trackingNumbers),
        ]
    }
}
