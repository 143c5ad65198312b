import Foundation

/// A look-up of one order within a scope. Several look-ups share one statement.
struct OrderLookUp: Sendable {
    let orderId: UUID
    let scope: ReadScope

    struct Result: Sendable {
        /// The number of the log's last event in the same snapshot.
        let head: Int64
        /// The order's row; nil where the order does not exist or is not within the scope.
        let found: EncodedOrder?
    }
}
