import Foundation

/// A look-up of one order within a scope. Several look-ups share one statement.
struct OrderLookUp: Sendable, Hashable {
    let orderId: UUID
    let scope: ReadScope

    /// The first event of an order, where the order exists and is within the scope.
    struct Existence: Sendable {
        /// Nil where it does not.
        let firstSeq: Int64?
        let history: EpochTable
    }

    struct Result: Sendable {
        /// The number of the log's last event in the same snapshot.
        let head: Int64
        /// The order's row, where the order exists and is within the scope.
        let row: EncodedOrder.StoredRow
        /// The history of the server that the row comes from.
        let history: EpochTable
    }
}
