import Foundation
import OrderLog
import Postgres

/// The events of a batch, order by order.
struct EventsByOrder {
    /// The orders in the order of their last events, so that neighbours in a table are neighbours in time.
    let orderIds: [UUID]
    private let events: [UUID: [LoggedEvent]]

    /// - Parameter events: ascending.
    init(_ events: [LoggedEvent]) {
        let byOrder = Dictionary(grouping: events, by: \.orderId)
        self.events = byOrder
        orderIds = byOrder.map { (id: $0.key, last: $0.value.last?.seq ?? 0) }.sorted { $0.last < $1.last }.map(\.id)
    }

    /// The events of one order, ascending.
    subscript(orderId: UUID) -> [LoggedEvent] { events[orderId] ?? [] }

    /// Passes the orders and their records, which are read from a table of states, to `body`, in slices that fit in
    /// memory.
    ///
    /// - Parameters:
    ///   - select: selects the rows of orders, by `StoredStates.select`.
    ///   - body: gets a slice, and the records of those orders in it that have rows.
    func forEachSlice(
        on transaction: PostgresConnection,
        select: ([UUID]) -> PostgresQuery,
        body: ([UUID], [UUID: OrderRecord]) async throws -> Void
    ) async throws {
        try await StoredStates.forEachSlice(of: orderIds, select: select) { query in
            try await transaction.query(query.sql, query.bindings, timeout: .seconds(15))
        } body: { ids, records in
            try await body(ids, records)
        }
    }
}
