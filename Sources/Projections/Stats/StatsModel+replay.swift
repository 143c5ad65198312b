package import Foundation
package import OrderLog
import Orders
package import Postgres

extension StatsModel: ReplayableModel {
    package struct Entry: Sendable {
        let orderId: UUID
        var order: StatsOrder?
    }

    package func makeEntry(for orderId: UUID) -> Entry { Entry(orderId: orderId) }

    package func envelope(of entry: Entry) -> EventEnvelope {
        EventEnvelope(number: "", shop: entry.order?.shop ?? "", customer: "")
    }

    package func makeSums() -> StatsSums { StatsSums() }

    package func fold(_ event: LoggedEvent, into entry: inout Entry, sums: inout StatsSums) throws -> Bool {
        sums.add(event, to: &entry.order)
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> (loaded: [LoadedEntry<Entry>], leftOut: [UUID]) {
        let query = StatsOrder.select(ids, version: version)
        let rows = try await connection.query(query.sql, query.bindings, timeout: .seconds(15))
        let loaded = try StatsOrder.decode(rows).map { orderId, order in
            LoadedEntry(orderId: orderId, entry: Entry(orderId: orderId, order: order), byteCount: 128)
        }
        return (loaded, [])
    }

    private static let table = ReplayWrite.Table(
        "stats_orders",
        columns: "model_version, order_id, shop, status, since"
    )

    package func write(_ entry: inout Entry, version: Int, to write: inout ReplayWrite) {
        guard let order = entry.order else { return }
        write.add(to: Self.table) { row in
            row.value(Int32(version))
            row.value(order.orderId)
            row.value(order.shop)
            row.value(order.status)
            row.value(PostgresTimestamp(order.since))
        }
    }

    package func statements(replacing entries: inout [Entry], version: Int) -> [PostgresQuery] {
        [StatsStatements.upsertOrders(entries.compactMap(\.order), version: version)]
    }

    package func statements(for sums: [StatsSums], through last: LoggedEvent, version: Int) -> [PostgresQuery] {
        Self.statements(for: StatsSums(merging: sums), through: last, version: version)
    }
}
