package import Foundation
import OrderLog
package import Orders
package import Postgres

extension StatsModel: VerifiableModel {
    package var orderTables: [String] { ["stats_orders"] }

    package func selectStored(_ ids: [UUID], version: Int) -> PostgresQuery {
        StatsOrder.select(ids, version: version)
    }

    package func decodeStored(_ rows: PostgresResult) throws -> [UUID: StoredFields] {
        try StatsOrder.decode(rows).mapValues(Self.fields(of:))
    }

    package func expectedFields(of entry: Entry) -> StoredFields { entry.order.map(Self.fields(of:)) ?? [:] }

    private static func fields(of order: StatsOrder) -> StoredFields {
        ["shop": order.shop, "status": order.status, "since": order.since.rfc3339Micro]
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
        for (key, orders) in try StatsRows.statuses(results[0]) { fields[Self.name(of: key)] = String(orders) }
        for (key, minute) in try StatsRows.minutes(results[1]) {
            fields[Self.name(of: key)] = "\(minute.events), \(minute.placed)"
        }
        for (key, visits) in try StatsRows.durations(results[2]) {
            fields[Self.name(of: key)] = "\(visits.count), \(visits.milliseconds)"
        }
        return fields
    }

    package func merge(_ sums: StatsSums, into total: inout StatsSums) { total.merge(sums) }

    package func expectedSums(_ all: StatsSums, recordedThrough last: Timestamp) -> StoredFields {
        let oldest = Self.oldestMinute(at: last)
        var fields: StoredFields = [:]
        for (key, orders) in all.statuses where orders != 0 { fields[Self.name(of: key)] = String(orders) }
        for (key, minute) in all.minutes where key.minute.unixMicroseconds >= oldest.unixMicroseconds {
            fields[Self.name(of: key)] = "\(minute.events), \(minute.placed)"
        }
        for (key, visits) in all.durations {
            fields[Self.name(of: key)] = "\(visits.count), \(visits.milliseconds)"
        }
        return fields
    }

    private static func name(of key: StatsSums.StatusKey) -> String { "orders of \(key.shop), \(key.status)" }

    private static func name(of key: StatsSums.MinuteKey) -> String {
        "events and orders placed of \(key.shop), \(key.minute.rfc3339Micro)"
    }

    private static func name(of key: StatsSums.DurationKey) -> String {
        "visits and milliseconds of \(key.shop), \(key.status), \(key.bucket)"
    }
}
