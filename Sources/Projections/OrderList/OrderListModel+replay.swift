package import Foundation
package import OrderLog
import Orders
package import Postgres

extension OrderListModel: ReplayableModel {
    package struct Entry: Sendable {
        var record: OrderRecord
        /// The stored keys; nil for an order without rows.
        var keys: OrderKeys?
    }

    package func makeEntry(for orderId: UUID) -> Entry { Entry(record: OrderRecord(orderId: orderId)) }

    package func envelope(of entry: Entry) -> EventEnvelope { entry.record.envelope }

    package func makeSums() {}

    package func fold(_ event: LoggedEvent, into entry: inout Entry, sums: inout Void) throws -> Bool {
        try entry.record.fold(event)
        return true
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [LoadedEntry<Entry>] {
        let rows = try await connection.query(
            "select order_id, seq, recorded_at, state from order_list where model_version = $1 and order_id = any($2)",
            [Int32(version), ids],
            timeout: ReplayLimits.timeout
        )
        let (orderId, state) = try (rows.column("order_id", as: UUID.self), EncodedOrder.Columns(rows))
        return try rows.compactMap { row in
            try state.read(row).map { found in
                let record = try found.record()
                let entry = Entry(record: record, keys: OrderKeys(record.order))
                return LoadedEntry(orderId: try row.get(orderId), entry: entry, byteCount: found.state.count)
            }
        }
    }

    private static let list = ReplayWrite.Table(
        "order_list",
        columns: "model_version, order_id, seq, recorded_at, state"
    )
    private static let keys = ReplayWrite.Table(
        "order_list_keys",
        columns:
            "model_version, order_id, placed_at, attention, shop, customer, number, status, carriers, tracking_numbers"
    )

    package func write(_ entry: inout Entry, isStored: Bool, version: Int, to write: inout ReplayWrite) {
        let record = entry.record
        write.add(to: Self.list, replacing: isStored ? record.order.orderId : nil) { row in
            row.value(Int32(version))
            row.value(record.order.orderId)
            row.value(record.seq)
            row.value(PostgresTimestamp(record.recordedAt))
            row.text(record.order.encodeState())
        }
        let keys = OrderKeys(record.order)
        guard keys != entry.keys else { return }
        write.add(to: Self.keys, replacing: entry.keys == nil ? nil : record.order.orderId) { row in
            row.value(Int32(version))
            row.value(keys.orderId)
            row.value(PostgresTimestamp(keys.placedAt))
            row.value(keys.attention)
            row.value(keys.shop)
            row.value(keys.customer)
            row.value(keys.number)
            row.value(keys.status)
            row.value(keys.carriers)
            row.value(keys.trackingNumbers)
        }
        entry.keys = keys
    }

    package func statements(for sums: [Void], through last: LoggedEvent, version: Int) -> [PostgresQuery] { [] }
}
