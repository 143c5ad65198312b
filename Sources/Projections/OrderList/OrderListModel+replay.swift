package import Foundation
package import OrderLog
import Orders
package import Postgres

extension OrderListModel: ReplayableModel {
    package struct Entry: Sendable {
        var row: OrderEntry
        /// The keys that are in the tables; nil for an order that is new there.
        var keys: OrderKeys?
    }

    package func entry(for orderId: UUID) -> Entry { Entry(row: OrderEntry(Order(orderId: orderId))) }

    package func envelope(of entry: Entry) -> EventEnvelope { entry.row.envelope }

    package func sums() {}

    package func fold(_ event: LoggedEvent, into entry: inout Entry, _ sums: inout Void) throws -> Bool {
        try entry.row.fold(event)
        return true
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [(orderId: UUID, entry: Entry, bytes: Int)] {
        let rows = try await connection.query(
            "select order_id, state from order_list where model_version = $1 and order_id = any($2)",
            [Int32(version), ids],
            timeout: ReplayLimits.patience
        )
        return try rows.map { row in
            let state = try row.withBytes(1) { $0.map { Array($0) } ?? [] }
            let order = try Order(state: state)
            return (try row.get(0, as: UUID.self), Entry(row: OrderEntry(order), keys: OrderKeys(order)), state.count)
        }
    }

    private static let list = ReplayWrite.Table("order_list", "model_version, order_id, seq, recorded_at, state")
    private static let keys = ReplayWrite.Table(
        "order_list_keys",
        "model_version, order_id, placed_at, attention, shop, customer, number, status, carriers, tracking_numbers"
    )

    package func write(_ entry: inout Entry, isStored: Bool, version: Int, to write: inout ReplayWrite) {
        let order = entry.row.order
        write.add(to: Self.list, replacing: isStored ? order.orderId : nil, columns: 5) { row in
            row.value(Int32(version))
            row.value(order.orderId)
            row.value(entry.row.seq)
            row.value(entry.row.recorded)
            row.text(order.encodeState())
        }
        let keys = OrderKeys(order)
        guard keys != entry.keys else { return }
        write.add(to: Self.keys, replacing: entry.keys == nil ? nil : order.orderId, columns: 10) { row in
            row.value(Int32(version))
            row.value(keys.orderId)
            row.value(PostgresTimestamp(unixMicroseconds: keys.placedAt.unixMicroseconds))
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
