package import OrderLog
package import Orders

/// A request for a page of the order list. All filters must match; texts match exactly where nothing else
/// is said.
package struct OrderListRequest: Sendable {
    /// The shops and the customer whose orders may be returned.
    package var scope: ReadScope
    /// The headlines, of which an order must have one; empty for all.
    package var statuses: [String] = []
    package var customer: String?
    package var number: String?
    /// A carrier that any of the order's parcels or returns must have; compared without regard to the case of ASCII
    /// letters.
    package var carrier: String?
    /// The key of a tracking number (`TrackingNumber.key`) that any of the order's parcels or returns must have, or any
    /// of its parcels have had.
    package var trackingNumber: String?
    package var attention: Bool?
    /// The earliest time of placement, inclusive, so that the end of one range is the beginning of the next.
    package var placedAfter: Timestamp?
    /// The end of the times of placement, exclusive.
    package var placedBefore: Timestamp?
    package var cursor: OrderListCursor?
    package var limit = 100
    /// The size of the orders' states after which the page ends.
    package var byteLimit = StoredStates.byteLimit

    package init(scope: ReadScope) {
        self.scope = scope
    }
}
