package import Foundation
import OrderLog
package import Orders
package import Postgres

extension OrderListModel: VerifiableModel {
    package var orderTables: [String] { ["order_list", "order_list_keys"] }

    package var otherTables: [String] { [OrderCarrier.table] }

    package func selectStored(_ ids: [UUID], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select i.order_id, l.seq, l.recorded_at, l.version, l.state, k.placed_at, k.attention, k.attention_since,
                k.attention_reasons, k.shop, k.customer, k.number, k.status, k.carriers, k.tracking_numbers,
                case when k.order_id is not null then array(
                    select c.carrier from unnest(k.carriers) with ordinality u (carrier, place)
                    join \(OrderCarrier.table) c on c.model_version = $1 and c.carrier = u.carrier
                        and c.shop = k.shop and c.placed_at = k.placed_at and c.order_id = k.order_id
                    order by u.place) end as \(OrderCarrier.table)
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
            StoredColumn("tracking_numbers", .texts, in: rows), StoredColumn(OrderCarrier.table, .texts, in: rows),
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
            OrderCarrier.table: FieldText.of(keys.carriers),
        ]
        fields["attention_since"] = keys.attentionSince.map(FieldText.of)
        return fields
    }

    package func compareOtherTables(
        in pool: PostgresPool,
        through head: Int64,
        report: (Difference) -> Void
    ) async throws {
        try await StrayCarriers().find(in: pool, report: report)
    }

    package func order(of entry: Entry) -> Order? { entry.record.order }
}
