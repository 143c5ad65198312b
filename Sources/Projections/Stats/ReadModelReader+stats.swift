import OrderLog
import Orders
import Postgres

extension ReadModelReader {
    private static let activeVersion = "(select version from projection_active where name = '\(StatsModel.name)')"
    private static let inShops = "model_version = \(activeVersion) and ($1::text[] is null or shop = any($1))"
    /// The most shops that statistics count one by one.
    private static let shopLimit = 100

    /// Reads the statistics of some shops together, from one snapshot.
    ///
    /// - Parameters:
    ///   - shops: nil for all.
    ///   - attentionLimit: the most orders of the attention queue.
    package func stats(shops: [String]?, attentionLimit: Int = Stats.attentionLimit) async throws -> Stats {
        let queries = [
            PostgresQuery(
                """
                select min(p.seq) as seq, max(p.seq) as newest, clock_timestamp() as now from projection_active a
                join projections p on p.name = a.name and p.version = a.version
                where a.name in ('\(StatsModel.name)', '\(OrderListModel.name)') having count(*) = 2
                """
            ),
            PostgresQuery(
                """
                select status, sum(orders)::bigint as orders from stats_statuses where \(Self.inShops)
                group by status
                """,
                [shops]
            ),
            PostgresQuery(
                """
                select minute, sum(events)::bigint as events, sum(placed)::bigint as placed from stats_minutes
                where \(Self.inShops) and minute > now() - interval '61 minutes' group by minute
                """,
                [shops]
            ),
            PostgresQuery(
                """
                select status, bucket, sum(visits)::bigint as visits, sum(milliseconds)::bigint as milliseconds
                from stats_durations where \(Self.inShops) group by status, bucket
                """,
                [shops]
            ),
            PostgresQuery(
                """
                select shop, sum(orders)::bigint as orders from stats_statuses where \(Self.inShops)
                group by shop having sum(orders) > 0 order by orders desc, shop limit \(Self.shopLimit)
                """,
                [shops]
            ),
            AttentionQueue.count(shops: shops), AttentionQueue.newest(shops: shops, limit: attentionLimit),
        ]
        let tables = ["stats_statuses", "stats_minutes", "stats_durations", "order_list_keys"]
        let (results, history) = try await readTogether(queries, of: tables)
        guard let row = results[0].first else { throw ProjectionFailure.missing(StatsModel.name) }
        try await watch?.require(row.get("newest", as: Int64.self), in: history)
        let now = Timestamp(try row.get("now", as: PostgresTimestamp.self))
        return Stats(
            position: history.position(of: try row.get("seq", as: Int64.self)),
            at: now,
            orders: try Self.counts(results[1]),
            shops: try Self.shops(results[4]),
            minutes: try Self.minutes(results[2], until: now),
            shown: try Self.shown(results[3]),
            attentionCount: try results[5].first?.get("orders", as: Int64.self) ?? 0,
            attention: try AttentionQueue.decodeNewest(results[6])
        )
    }

    /// Runs several statements in one snapshot. As `read`.
    private func readTogether(
        _ queries: [PostgresQuery],
        of tables: [String]
    ) async throws -> (results: [PostgresResult], history: EpochTable) {
        let registry = registry
        return try await pool.read(in: registry) { connection in
            try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
                let newer = EpochStore.newer.query(after: transaction.history.newestOrdinal)
                // The tables are locked before the snapshot is taken, so that a version that is replaced later is not
                // dropped while it is being read.
                let lock = PostgresQuery("lock table \(tables.joined(separator: ", ")) in access share mode")
                var results = try await transaction.pipeline([lock] + queries + [newer])
                let history = try transaction.addEpochs(results.removeLast(), registry: registry)
                return (Array(results.dropFirst()), history)
            }
        }
    }

    private static func counts(_ rows: PostgresResult) throws -> [OrderStatus: Int64] {
        var counts = Dictionary(uniqueKeysWithValues: OrderStatus.allCases.map { ($0, Int64(0)) })
        let (status, orders) = try (rows.column("status", as: String.self), rows.column("orders", as: Int64.self))
        for row in rows {
            guard let status = OrderStatus(rawValue: try row.get(status)) else { continue }
            counts[status] = try row.get(orders)
        }
        return counts
    }

    private static func shops(_ rows: PostgresResult) throws -> [Stats.Shop] {
        let (shop, orders) = try (rows.column("shop", as: String.self), rows.column("orders", as: Int64.self))
        return try rows.map { row in try Stats.Shop(name: row.get(shop), orders: row.get(orders)) }
    }

    private static func minutes(_ rows: PostgresResult, until now: Timestamp) throws -> [Stats.Minute] {
        var known: [Int64: (events: Int64, placed: Int64)] = [:]
        let minute = try rows.column("minute", as: PostgresTimestamp.self)
        let (events, placed) = try (rows.column("events", as: Int64.self), rows.column("placed", as: Int64.self))
        for row in rows {
            known[try row.get(minute).unixMicroseconds] = try (row.get(events), row.get(placed))
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
        let (status, bucket) = try (rows.column("status", as: String.self), rows.column("bucket", as: Int16.self))
        let visits = try rows.column("visits", as: Int64.self)
        let milliseconds = try rows.column("milliseconds", as: Int64.self)
        for row in rows {
            try histograms[row.get(status), default: DurationHistogram()].add(
                bucket: Int(row.get(bucket)),
                visits: row.get(visits),
                milliseconds: row.get(milliseconds)
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
                    p95: histogram.percentile(0.95),
                    p99: histogram.percentile(0.99)
                )
            }
        }
    }
}
