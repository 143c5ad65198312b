import OrderLog
import Orders
import Postgres

/// Decodes the rows of the statistics' tables that belong to no single order.
enum StatsRows {
    /// - Parameter rows: the columns `shop`, `status` and `orders`.
    static func statuses(_ rows: PostgresResult) throws -> [StatsSums.StatusKey: Int64] {
        let (shop, status) = try (rows.column("shop", as: String.self), rows.column("status", as: String.self))
        let orders = try rows.column("orders", as: Int64.self)
        return try rows.reduce(into: [:]) { sums, row in
            sums[.init(shop: try row.get(shop), status: try row.get(status))] = try row.get(orders)
        }
    }

    /// - Parameter rows: the columns `shop`, `minute`, `events` and `placed`.
    static func minutes(_ rows: PostgresResult) throws -> [StatsSums.MinuteKey: StatsSums.Minute] {
        let shop = try rows.column("shop", as: String.self)
        let minute = try rows.column("minute", as: PostgresTimestamp.self)
        let (events, placed) = try (rows.column("events", as: Int64.self), rows.column("placed", as: Int64.self))
        return try rows.reduce(into: [:]) { sums, row in
            sums[.init(shop: try row.get(shop), minute: Timestamp(try row.get(minute)))] =
                try .init(events: row.get(events), placed: row.get(placed))
        }
    }

    /// - Parameter rows: the columns `shop`, `status`, `bucket`, `visits` and `milliseconds`.
    static func durations(_ rows: PostgresResult) throws -> [StatsSums.DurationKey: StatsSums.Visits] {
        let (shop, status) = try (rows.column("shop", as: String.self), rows.column("status", as: String.self))
        let (bucket, visits) = try (rows.column("bucket", as: Int16.self), rows.column("visits", as: Int64.self))
        let milliseconds = try rows.column("milliseconds", as: Int64.self)
        return try rows.reduce(into: [:]) { sums, row in
            sums[.init(shop: try row.get(shop), status: try row.get(status), bucket: Int(try row.get(bucket)))] =
                try .init(count: row.get(visits), milliseconds: row.get(milliseconds))
        }
    }
}
