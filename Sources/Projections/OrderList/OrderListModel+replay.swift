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
        var loaded: [LoadedEntry<Entry>] = []
        try await StoredStates.forEachSlice(of: ids) { ids in
            Self.select(ids, version: version)
        } read: { query in
            try await connection.query(query.sql, query.bindings, timeout: ReplayLimits.timeout)
        } body: { _, records in
            loaded += records.map { orderId, record in
                let entry = Entry(record: record, keys: OrderKeys(record.order))
                return LoadedEntry(orderId: orderId, entry: entry, byteCount: record.loadedByteCount)
            }
        }
        return loaded
    }

    private static let list = ReplayWrite.Table(
        "order_list",
        columns: "model_version, order_id, seq, recorded_at, version, state"
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
            row.value(Int32(record.order.version))
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
