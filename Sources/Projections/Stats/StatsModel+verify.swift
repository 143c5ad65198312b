package import Foundation
import Orders
package import Postgres

extension StatsModel: VerifiableModel {
    package var orderTables: [String] { ["stats_orders"] }

    package func stored(_ ids: [UUID], version: Int) -> PostgresQuery { Self.rows(ids, version) }

    package func stored(_ row: PostgresRow) throws -> (orderId: UUID, fields: StoredFields) {
        let order = try StatsOrder(row: row)
        return (order.orderId, Self.fields(order))
    }

    package func expected(_ entry: Entry) -> StoredFields { entry.order.map(Self.fields) ?? [:] }

    private static func fields(_ order: StatsOrder) -> StoredFields {
        var fields = [
            "shop": order.shop,
            "number": order.number,
            "status": order.status,
            "since": order.since.rfc3339Micro,
            "anomalies": FieldText.of(order.anomalies),
        ]
        fields["attention_since"] = order.attentionSince?.rfc3339Micro
        fields["trouble"] = order.trouble
        return fields
    }

    package func storedSums(version: Int, on connection: PostgresConnection) async throws -> StoredFields {
        let results = try await connection.pipeline([
            PostgresQuery(
                "select shop, status, orders from stats_statuses where model_version = $1 and orders <> 0",
                [Int32(version)]
            ),
            PostgresQuery(
                "select shop, minute, events, placed from stats_minutes where model_version = $1",
                [Int32(version)]
            ),
            PostgresQuery(
                "select shop, status, bucket, visits, milliseconds from stats_durations where model_version = $1",
                [Int32(version)]
            ),
        ])
        var fields: StoredFields = [:]
        for row in results[0] {
            let name = try "orders of \(row.get(0, as: String.self)), \(row.get(1, as: String.self))"
            fields[name] = try String(row.get(2, as: Int64.self))
        }
        for row in results[1] {
            let minute = try FieldText.of(row.get(1, as: PostgresTimestamp.self))
            let name = try "events and orders placed of \(row.get(0, as: String.self)), \(minute)"
            fields[name] = try "\(row.get(2, as: Int64.self)), \(row.get(3, as: Int64.self))"
        }
        for row in results[2] {
            let (shop, status) = try (row.get(0, as: String.self), row.get(1, as: String.self))
            let name = try "visits and milliseconds of \(shop), \(status), \(row.get(2, as: Int16.self))"
            fields[name] = try "\(row.get(3, as: Int64.self)), \(row.get(4, as: Int64.self))"
        }
        return fields
    }

    package func expected(_ sums: [StatsSums], recordedThrough last: PostgresTimestamp) -> StoredFields {
        var all = StatsSums()
        for sums in sums { all.merge(sums) }
        let oldest = Self.oldestMinute(at: Timestamp(unixMicroseconds: last.unixMicroseconds))
        var fields: StoredFields = [:]
        for (key, orders) in all.statuses where orders != 0 {
            fields["orders of \(key.shop), \(key.status)"] = String(orders)
        }
        for (key, minute) in all.minutes where key.minute.unixMicroseconds >= oldest.unixMicroseconds {
            let name = "events and orders placed of \(key.shop), \(key.minute.rfc3339Micro)"
            fields[name] = "\(minute.events), \(minute.placed)"
        }
        for (key, visits) in all.durations {
            let name = "visits and milliseconds of \(key.shop), \(key.status), \(key.bucket)"
            fields[name] = "\(visits.count), \(visits.milliseconds)"
        }
        return fields
    }
}
