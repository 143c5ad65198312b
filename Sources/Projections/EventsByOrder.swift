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
        orderIds = byOrder.keys.sorted { (byOrder[$0]?.last?.seq ?? 0) < (byOrder[$1]?.last?.seq ?? 0) }
    }

    /// Folds the events into records that are read from a table of states, and passes the changed records to `write`,
    /// in slices that fit in memory.
    ///
    /// - Parameters:
    ///   - select: selects the rows of orders, by `StoredStates.select`.
    ///   - write: gets each record as it was, and as it is now.
    func fold(
        on transaction: PostgresConnection,
        select: ([UUID]) -> PostgresQuery,
        write: ([(before: OrderRecord?, after: OrderRecord)]) async throws -> Void
    ) async throws {
        try await StoredStates.forEachSlice(of: orderIds, select: select) { query in
            try await transaction.query(query.sql, query.bindings, timeout: .seconds(15))
        } body: { ids, records in
            try await write(
                ids.map { orderId in
                    var record = records[orderId] ?? OrderRecord(orderId: orderId)
                    for event in events[orderId] ?? [] { try record.fold(event) }
                    return (records[orderId], record)
                }
            )
        }
    }
}
