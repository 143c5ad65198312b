package import Foundation
import OrderLog
package import Orders
package import Postgres

extension OrderListModel: VerifiableModel {
    package var orderTables: [String] { ["order_list", "order_list_keys"] }

    package func selectStored(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select i.order_id, l.seq, l.recorded_at, l.version, l.state, k.placed_at, k.attention, k.attention_since,
                k.attention_reasons, k.shop, k.customer, k.number, k.status, k.carriers, k.tracking_numbers
            from unnest($2::uuid[]) i (order_id)
            left join order_list l on l.order_id = i.order_id and l.model_version = $1
            left join order_list_keys k on k.order_id = i.order_id and k.model_version = $1
            where l.order_id is not null or k.order_id is not null
            """,
            [Int32(version), ids]
        )
    }

    package func decodeStored(_ rows: PostgresResult) throws -> [UUID: StoredFields] {
        let columns = try [
            StoredColumn("seq", .integer64, in: rows), StoredColumn("recorded_at", .time, in: rows),
            StoredColumn("version", .integer32, in: rows), StoredColumn(FieldComparison.state, .text, in: rows),
            StoredColumn("placed_at", .time, in: rows),
            StoredColumn("attention", .boolean, in: rows), StoredColumn("attention_since", .time, in: rows),
            StoredColumn("attention_reasons", .texts, in: rows), StoredColumn("shop", .text, in: rows),
            StoredColumn("customer", .text, in: rows), StoredColumn("number", .text, in: rows),
            StoredColumn("status", .text, in: rows), StoredColumn("carriers", .texts, in: rows),
            StoredColumn("tracking_numbers", .texts, in: rows),
        ]
        return try StoredColumn.decode(rows, columns: columns)
    }

    package func expectedFields(of entry: Entry) -> StoredFields {
        let keys = entry.keys
        var fields = [
            "seq": String(entry.record.seq),
            "recorded_at": FieldText.of(entry.record.recordedAt),
            "version": String(entry.record.order.version),
            "placed_at": FieldText.of(keys.placedAt),
            "attention": String(keys.attention),
            "attention_reasons": FieldText.of(keys.attentionReasons),
            "shop": keys.shop,
            "customer": keys.customer,
            "number": keys.number,
            "status": keys.status,
            "carriers": FieldText.of(keys.carriers),
            "tracking_numbers": FieldText.of(keys.trackingNumbers),
        ]
        fields["attention_since"] = keys.attentionSince.map(FieldText.of)
        return fields
    }

    package func order(of entry: Entry) -> Order? { entry.record.order }
}
