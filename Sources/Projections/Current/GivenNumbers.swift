import OrderLog
import Orders

/// The tracking numbers that some events give to parcels and returns, as rows of `tracking_numbers`.
package struct GivenNumbers: Sendable {
    private(set) var rows: [TrackingNumbersCheck.Row] = []
    private let isCollecting: Bool

    /// - Parameter isCollecting: whether rows are kept. A verification, whose sums have no bound, compares the table in
    ///   another way.
    init(isCollecting: Bool) {
        self.isCollecting = isCollecting
    }

    /// Adds the row of an event that gives a number.
    mutating func add(_ folded: OrderEvent, of event: LoggedEvent) {
        guard isCollecting, let key = TrackingKey(of: folded, in: event.shop) else { return }
        rows.append(
            TrackingNumbersCheck.Row(seq: event.seq, orderId: event.orderId, shop: key.shop, number: key.number)
        )
    }
}
