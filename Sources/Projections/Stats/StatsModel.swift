import Foundation
package import OrderLog
import Orders
package import Postgres

/// Counts per headline and per minute, time in each headline, and the attention queue, for each shop.
package struct StatsModel: ReadModel {
    /// As in `projections.name`.
    package static let name = "stats"

    package var name: String { Self.name }

    /// How long minutes are kept, by the log's own time, so that building the model again gives the same rows.
    private static let minutesKept = 24 * 60

    package init() {}

    package func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws {
        var fold = StatsFold(try await load(Set(events.map(\.orderId)), version, transaction))
        for event in events { try fold.add(event) }
        var statements: [PostgresQuery] = []
        let changed = fold.changed.compactMap { fold.orders[$0] }
        if !changed.isEmpty { statements.append(StatsStatements.orders(changed, version)) }
        if let last = events.last { statements += Self.statements(for: fold.sums, through: last, version) }
        try await transaction.pipeline(statements, timeout: .seconds(15))
    }

    static func statements(for sums: StatsSums, through last: LoggedEvent, _ version: Int) -> [PostgresQuery] {
        [
            StatsStatements.statuses(sums, version), StatsStatements.minutes(sums, version),
            StatsStatements.durations(sums, version),
            // Last: a minute that the batch itself has left behind goes, too.
            StatsStatements.forget(before: oldestMinute(at: last.recordedAt), version),
        ]
    }

    /// Minutes before this one are dropped.
    static func oldestMinute(at time: Timestamp) -> Timestamp { time.adding(seconds: -60 * minutesKept) }

    func load(
        _ ids: Set<UUID>,
        _ version: Int,
        _ transaction: PostgresConnection
    ) async throws -> [UUID: StatsOrder] {
        let query = Self.rows(Array(ids), version)
        let rows = try await transaction.query(query.sql, query.bindings, timeout: .seconds(15))
        var orders: [UUID: StatsOrder] = [:]
        for row in rows {
            let order = try StatsOrder(row: row)
            orders[order.orderId] = order
        }
        return orders
    }

    static func rows(_ ids: [UUID], _ version: Int) -> PostgresQuery {
        PostgresQuery(
            """
            select order_id, shop, number, status, since, attention_since, trouble, anomalies
            from stats_orders where model_version = $1 and order_id = any($2)
            """,
            [Int32(version), ids]
        )
    }
}

extension StatsOrder {
    /// A row of `StatsModel.rows`.
    init(row: PostgresRow) throws {
        try self.init(
            orderId: row.get(0, as: UUID.self),
            shop: row.get(1, as: String.self),
            number: row.get(2, as: String.self),
            status: row.get(3, as: String.self),
            since: Timestamp(unixMicroseconds: row.get(4, as: PostgresTimestamp.self).unixMicroseconds),
            attentionSince: row.get(5, as: PostgresTimestamp?.self).map {
                Timestamp(unixMicroseconds: $0.unixMicroseconds)
            },
            trouble: row.get(6, as: String?.self),
            anomalies: row.get(7, as: [String].self)
        )
    }
}
