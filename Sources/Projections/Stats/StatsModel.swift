import Foundation
package import OrderLog
import Orders
package import Postgres

/// The statistics of each shop: orders per headline, events per minute, and the time in each headline. The attention
/// queue is the order list's.
package struct StatsModel: ReadModel {
    /// The model's name, as in `projections.name`.
    package static let name = "stats"

    package var name: String { Self.name }

    package var layout: Int { 2 }

    /// The number of minutes that are kept, by the log's own time, so that building the model again gives the same
    /// rows.
    private static let keptMinutes = 24 * 60

    package init() {}

    package func apply(_ events: [LoggedEvent], version: Int, on transaction: PostgresConnection) async throws {
        let orderIds = Array(Set(events.map(\.orderId)))
        let loaded = try await load(orderIds, version: version, on: transaction).loaded
        var fold = StatsFold(loaded.reduce(into: [:]) { $0[$1.orderId] = $1.entry.order })
        for event in events { fold.add(event) }
        var statements: [PostgresQuery] = []
        let changed = fold.changed.compactMap { fold.orders[$0] }
        if !changed.isEmpty { statements.append(StatsStatements.upsertOrders(changed, version: version)) }
        if let last = events.last { statements += Self.statements(for: fold.sums, through: last, version: version) }
        try await transaction.pipeline(statements, timeout: .seconds(15))
    }

    static func statements(for sums: StatsSums, through last: LoggedEvent, version: Int) -> [PostgresQuery] {
        [
            StatsStatements.addStatuses(sums, version: version), StatsStatements.addMinutes(sums, version: version),
            StatsStatements.addDurations(sums, version: version),
            // The last statement: it also deletes minutes of this batch that are too old.
            StatsStatements.deleteMinutes(before: oldestMinute(at: last.recordedAt), version: version),
        ]
    }

    /// The oldest minute that is kept at a time.
    static func oldestMinute(at time: Timestamp) -> Timestamp { time.adding(seconds: -60 * keptMinutes) }
}
