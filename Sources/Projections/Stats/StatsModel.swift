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
        var statements = [
            StatsStatements.statuses(fold, version), StatsStatements.minutes(fold, version),
            StatsStatements.durations(fold, version),
        ]
        let changed = fold.changed.compactMap { fold.orders[$0] }
        if !changed.isEmpty { statements.append(StatsStatements.orders(changed, version)) }
        if let last = events.last {
            let oldest = last.recordedAt.adding(seconds: -60 * Self.minutesKept)
            statements.append(StatsStatements.forget(before: oldest, version))
        }
        try await transaction.pipeline(statements, timeout: .seconds(15))
    }

    private func load(
        _ ids: Set<UUID>,
        _ version: Int,
        _ transaction: PostgresConnection
    ) async throws -> [UUID: StatsOrder] {
        let rows = try await transaction.query(
            """
            select order_id, shop, number, status, since, attention_since, trouble, anomalies
            from stats_orders where model_version = $1 and order_id = any($2)
            """,
            [Int32(version), Array(ids)],
            timeout: .seconds(15)
        )
        var orders: [UUID: StatsOrder] = [:]
        for row in rows {
            let id = try row.get(0, as: UUID.self)
            orders[id] = try StatsOrder(
                orderId: id,
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
        return orders
    }
}
