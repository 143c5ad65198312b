import Foundation
import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    private static let active = """
        (select version from projection_active where name = '\(StatsModel.name)')
        """
    private static let inShops = "model_version = \(active) and ($1::text[] is null or shop = any($1))"
    private static let newest = 20

    /// The statistics of these shops together, from one snapshot.
    ///
    /// - Parameter shops: nil for all.
    package func stats(shops: [String]?) async throws -> Stats {
        let queries = [
            PostgresQuery(
                """
                select p.seq, clock_timestamp() from projection_active a
                join projections p on p.name = a.name and p.version = a.version where a.name = '\(StatsModel.name)'
                """
            ),
            PostgresQuery(
                "select status, sum(orders)::bigint from stats_statuses where \(Self.inShops) group by status",
                [shops]
            ),
            PostgresQuery(
                """
                select minute, sum(events)::bigint, sum(placed)::bigint from stats_minutes
                where \(Self.inShops) and minute > now() - interval '61 minutes' group by minute
                """,
                [shops]
            ),
            PostgresQuery(
                """
                select status, bucket, sum(visits)::bigint, sum(milliseconds)::bigint from stats_durations
                where \(Self.inShops) group by status, bucket
                """,
                [shops]
            ),
            PostgresQuery(
                "select count(*) from stats_orders where \(Self.inShops) and attention_since is not null",
                [shops]
            ),
            PostgresQuery(
                """
                select order_id, shop, number, status, attention_since, trouble, anomalies from stats_orders
                where \(Self.inShops) and attention_since is not null
                order by attention_since desc, order_id desc limit \(Self.newest)
                """,
                [shops]
            ),
        ]
        let tables = ["stats_orders", "stats_statuses", "stats_minutes", "stats_durations"]
        let results = try await readTogether(queries, of: tables)
        guard let row = results[0].first else { throw ProjectionFailure.missing(StatsModel.name) }
        let at = Timestamp(unixMicroseconds: try row.get(1, as: PostgresTimestamp.self).unixMicroseconds)
        return Stats(
            position: registry.current.position(of: try row.get(0, as: Int64.self)),
            at: at,
            orders: try Self.counts(results[1]),
            minutes: try Self.minutes(results[2], until: at),
            shown: try Self.shown(results[3]),
            attentionCount: try results[4].first?.get(0, as: Int64.self) ?? 0,
            attention: try results[5].map(Self.attention)
        )
    }

    /// Several statements, one snapshot.
    private func readTogether(_ queries: [PostgresQuery], of tables: [String]) async throws -> [PostgresResult] {
        let registry = registry
        return try await pool.withConnection { connection in
            try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
                let newer = EpochStore.newer.query(after: registry.current.newestOrdinal)
                // Before the snapshot is taken: a version that was replaced after it must not be dropped under it.
                let lock = PostgresQuery("lock table \(tables.joined(separator: ", ")) in access share mode")
                var results = try await transaction.pipeline([lock] + queries + [newer])
                registry.merge(try EpochStore.decode(results.removeLast()))
                return Array(results.dropFirst())
            }
        }
    }

    private static func counts(_ rows: PostgresResult) throws -> [OrderStatus: Int64] {
        var counts = Dictionary(uniqueKeysWithValues: OrderStatus.allCases.map { ($0, Int64(0)) })
        for row in rows {
            guard let status = OrderStatus(rawValue: try row.get(0, as: String.self)) else { continue }
            counts[status] = try row.get(1, as: Int64.self)
        }
        return counts
    }

    private static func minutes(_ rows: PostgresResult, until now: Timestamp) throws -> [Stats.Minute] {
        var known: [Int64: (events: Int64, placed: Int64)] = [:]
        for row in rows {
            let minute = try row.get(0, as: PostgresTimestamp.self).unixMicroseconds
            known[minute] = try (row.get(1, as: Int64.self), row.get(2, as: Int64.self))
        }
        let last = now.unixMicroseconds / 60_000_000
        return (last - 59...last).map { minute in
            let counts = known[minute * 60_000_000] ?? (0, 0)
            let start = Timestamp(unixMicroseconds: minute * 60_000_000)
            return Stats.Minute(start: start, events: counts.events, placed: counts.placed)
        }
    }

    private static func shown(_ rows: PostgresResult) throws -> [Stats.Shown] {
        var histograms: [String: DurationHistogram] = [:]
        for row in rows {
            try histograms[row.get(0, as: String.self), default: DurationHistogram()].add(
                bucket: Int(row.get(1, as: Int16.self)),
                visits: row.get(2, as: Int64.self),
                milliseconds: row.get(3, as: Int64.self)
            )
        }
        return OrderStatus.allCases.compactMap { status in
            histograms[status.rawValue].map { histogram in
                Stats.Shown(
                    status: status,
                    visits: histogram.count,
                    mean: histogram.mean,
                    p50: histogram.percentile(0.5),
                    p90: histogram.percentile(0.9),
                    p99: histogram.percentile(0.99)
                )
            }
        }
    }

    private static func attention(_ row: PostgresRow) throws -> Stats.Attention {
        let status = try row.get(3, as: String.self)
        let trouble = try row.get(5, as: String?.self)
        let codes = try row.get(6, as: [String].self).map { $0.drop { $0 != ":" }.dropFirst() }.map(String.init)
        return Stats.Attention(
            orderId: try row.get(0, as: UUID.self),
            shop: try row.get(1, as: String.self),
            number: try row.get(2, as: String.self),
            status: status,
            since: Timestamp(unixMicroseconds: try row.get(4, as: PostgresTimestamp.self).unixMicroseconds),
            reasons: (status == OrderStatus.attention.rawValue ? [trouble ?? status] : []) + codes
        )
    }
}
