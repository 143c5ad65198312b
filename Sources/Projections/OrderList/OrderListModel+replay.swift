package import Foundation
package import OrderLog
import Orders
package import Postgres

extension OrderListModel: ReplayableModel {
    package func makeEntry(for orderId: UUID) -> Entry { Entry(orderId: orderId) }

    package func envelope(of entry: Entry) -> EventEnvelope { entry.record.envelope }

    package func makeSums() {}

    package func fold(_ event: LoggedEvent, into entry: inout Entry, sums: inout Void) throws -> Bool {
        try entry.fold(event)
        return true
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> (loaded: [LoadedEntry<Entry>], leftOut: [UUID]) {
        let read = { (query: PostgresQuery) in
            try await connection.query(query.sql, query.bindings, timeout: ReplayLimits.timeout)
        }
        let stored = try StoredStates(await read(Self.select(ids, version: version)))
        let records = try await stored.recordsById(read: read)
        let loaded = try await Self.entries(of: records, version: version, on: connection).map { orderId, entry in
            LoadedEntry(orderId: orderId, entry: entry, byteCount: entry.record.loadedByteCount)
        }
        return (loaded, stored.leftOut)
    }

    private static let list = ReplayWrite.Table(
        "order_list",
        columns: "model_version, order_id, seq, recorded_at, version, state"
    )
    private static let keys = ReplayWrite.Table(
        "order_list_keys",
        columns: """
            model_version, order_id, placed_at, attention, attention_since, attention_reasons, shop, customer, number,
            status, carriers, tracking_numbers
            """
    )

    private static let carriers = ReplayWrite.Table(
        OrderCarrier.table,
        columns: "model_version, carrier, shop, placed_at, order_id"
    )

    package func write(_ entry: inout Entry, version: Int, to write: inout ReplayWrite) {
        let state = entry.takeState()
        let record = entry.record
        write.add(to: Self.list) { row in
            row.value(Int32(version))
            row.value(record.order.orderId)
            row.value(record.seq)
            row.value(PostgresTimestamp(record.recordedAt))
            row.value(Int32(record.order.version))
            row.text(state)
        }
        guard let changed = entry.takeChangedKeys() else { return }
        let keys = changed.keys
        write.add(to: Self.keys) { row in
            row.value(Int32(version))
            row.value(keys.orderId)
            row.value(PostgresTimestamp(keys.placedAt))
            row.value(keys.attention)
            row.value(keys.attentionSince.map { PostgresTimestamp($0) })
            row.value(keys.attentionReasons)
            row.value(keys.shop)
            row.value(keys.customer)
            row.value(keys.number)
            row.value(keys.status)
            row.value(keys.carriers)
            row.value(keys.trackingNumbers)
        }
        for carrier in changed.addedCarriers {
            write.add(to: Self.carriers) { row in
                row.value(Int32(version))
                row.value(carrier.carrier)
                row.value(carrier.shop)
                row.value(PostgresTimestamp(carrier.placedAt))
                row.value(carrier.orderId)
            }
        }
    }

    package func statements(replacing entries: inout [Entry], version: Int) -> [PostgresQuery] {
        Self.statements(writing: &entries, version: version)
    }

    package func statements(for sums: [Void], through last: LoggedEvent, version: Int) -> [PostgresQuery] { [] }
}
