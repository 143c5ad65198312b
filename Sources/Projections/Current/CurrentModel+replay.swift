package import Foundation
package import OrderLog
import Orders
package import Postgres

extension CurrentModel: ReplayableModel {
    package func entry(for orderId: UUID) -> OrderEntry { OrderEntry(Order(orderId: orderId)) }

    package func envelope(of entry: OrderEntry) -> EventEnvelope { entry.envelope }

    package func sums() {}

    package func fold(_ event: LoggedEvent, into entry: inout OrderEntry, _ sums: inout Void) throws -> Bool {
        try entry.fold(event)
        return true
    }

    package func load(
        _ ids: [UUID],
        version: Int,
        on connection: PostgresConnection
    ) async throws -> [(orderId: UUID, entry: OrderEntry, bytes: Int)] {
        let rows = try await connection.query(
            "select order_id, state from orders where model_version = $1 and order_id = any($2)",
            [Int32(version), ids],
            timeout: ReplayLimits.patience
        )
        return try rows.map { row in
            let state = try row.withBytes(1) { $0.map { Array($0) } ?? [] }
            return (try row.get(0, as: UUID.self), OrderEntry(try Order(state: state)), state.count)
        }
    }

    private static let table = ReplayWrite.Table(
        "orders",
        "order_id, seq, recorded_at, version, shop, customer, status, state, model_version"
    )

    package func write(_ entry: inout OrderEntry, isStored: Bool, version: Int, to write: inout ReplayWrite) {
        write.add(to: Self.table, replacing: isStored ? entry.order.orderId : nil, columns: 9) { row in
            row.value(entry.order.orderId)
            row.value(entry.seq)
            row.value(entry.recorded)
            row.value(Int32(entry.order.version))
            row.value(entry.order.shop)
            row.value(entry.order.customer)
            row.value(entry.status)
            row.text(entry.order.encodeState())
            row.value(Int32(version))
        }
    }

    package func statements(for sums: [Void], through last: LoggedEvent, version: Int) -> [PostgresQuery] { [] }
}
