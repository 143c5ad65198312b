import Foundation
import OrderLog
import Orders
import Postgres

/// The statements that write a batch's statistics. Each table gets all its rows in one statement.
enum StatsStatements {
    static func upsertOrders(_ orders: [StatsOrder], version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            insert into stats_orders (model_version, order_id, shop, status, since)
            select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
            on conflict (order_id, model_version) do update set status = excluded.status, since = excluded.since
            """,
            [
                Int32(version),
                orders.map(\.orderId),
                orders.map(\.shop),
                orders.map(\.status),
                orders.map { PostgresTimestamp($0.since) },
            ]
        )
    }

    static func addStatuses(_ sums: StatsSums, version: Int) -> PostgresQuery {
        // Sums of zero are written too: the set of rows must not depend on the ends of batches.
        let changes = Array(sums.statuses)
        return PostgresQuery(
            """
            insert into stats_statuses as s (model_version, shop, status, orders)
            select $1, * from unnest($2::text[], $3::text[], $4::bigint[])
            on conflict (shop, status, model_version) do update set orders = s.orders + excluded.orders
            """,
            [Int32(version), changes.map(\.key.shop), changes.map(\.key.status), changes.map(\.value)]
        )
    }

    static func addMinutes(_ sums: StatsSums, version: Int) -> PostgresQuery {
        let minutes = Array(sums.minutes)
        return PostgresQuery(
            """
            insert into stats_minutes as m (model_version, shop, minute, events, placed)
            select $1, * from unnest($2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[])
            on conflict (minute, shop, model_version) do update set
                events = m.events + excluded.events, placed = m.placed + excluded.placed
            """,
            [
                Int32(version), minutes.map(\.key.shop), minutes.map { PostgresTimestamp($0.key.minute) },
                minutes.map(\.value.events), minutes.map(\.value.placed),
            ]
        )
    }

    static func addDurations(_ sums: StatsSums, version: Int) -> PostgresQuery {
        let durations = Array(sums.durations)
        return PostgresQuery(
            """
            insert into stats_durations as d (model_version, shop, status, bucket, visits, milliseconds)
            select $1, * from unnest($2::text[], $3::text[], $4::smallint[], $5::bigint[], $6::bigint[])
            on conflict (shop, status, bucket, model_version) do update set
                visits = d.visits + excluded.visits, milliseconds = d.milliseconds + excluded.milliseconds
            """,
            [
                Int32(version), durations.map(\.key.shop), durations.map(\.key.status),
                durations.map { Int16(clamping: $0.key.bucket) }, durations.map(\.value.count),
                durations.map(\.value.milliseconds),
            ]
        )
    }

    static func deleteMinutes(before minute: Timestamp, version: Int) -> PostgresQuery {
        PostgresQuery(
            "delete from stats_minutes where model_version = $1 and minute < $2",
            [Int32(version), PostgresTimestamp(minute)]
        )
    }
}
