package import Foundation
package import OrderLog
import Orders
package import Postgres

extension StatsModel: ReplayableModel {
    package struct Entry: Sendable {
        let orderId: UUID
        var order: StatsOrder?
    }

    package func entry(for orderId: UUID) -> Entry { Entry(orderId: orderId) }

    package func envelope(of entry: Entry) -> EventEnvelope {
        EventEnvelope(number: entry.order?.number ?? "", shop: entry.order?.shop ?? "", customer: "")
    }

    package func sums() -> StatsSums { StatsSums() }

    package func fold(_ event: LoggedEvent, into entry: inout Entry, _ sums: inout StatsSums) throws -> Bool {
        try sums.add(event, to: &entry.order)
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [(orderId: UUID, entry: Entry, bytes: Int)] {
        try await load(Set(ids), version, connection).map { ($0, Entry(orderId: $0, order: $1), 256) }
    }

    private static let table = ReplayWrite.Table(
        "stats_orders",
        "model_version, order_id, shop, number, status, since, attention_since, trouble, anomalies"
    )

    package func write(_ entry: inout Entry, isStored: Bool, version: Int, to write: inout ReplayWrite) {
        guard let order = entry.order else { return }
        write.add(to: Self.table, replacing: isStored ? order.orderId : nil, columns: 9) { row in
            row.value(Int32(version))
            row.value(order.orderId)
            row.value(order.shop)
            row.value(order.number)
            row.value(order.status)
            row.value(PostgresTimestamp(unixMicroseconds: order.since.unixMicroseconds))
            row.value(order.attentionSince.map { PostgresTimestamp(unixMicroseconds: $0.unixMicroseconds) })
            row.value(order.trouble)
            row.value(order.anomalies)
        }
    }

    package func statements(for sums: [StatsSums], through last: LoggedEvent, version: Int) -> [PostgresQuery] {
        var all = StatsSums()
        for sums in sums { all.merge(sums) }
        return Self.statements(for: all, through: last, version)
    }
}
