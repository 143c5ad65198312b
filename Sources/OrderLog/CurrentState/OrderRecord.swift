package import Orders

/// An order's folded state with the number and the time of its last event.
package struct OrderRecord: Sendable {
    package var order: Order
    /// The number of the order's last event; 0 before the first.
    package var seq: Int64
    /// The time at which the last event was recorded.
    package var recordedAt: Timestamp

    package init(order: Order, seq: Int64, recordedAt: Timestamp) {
        self.order = order
        self.seq = seq
        self.recordedAt = recordedAt
    }

    /// The headline that was announced last.
    package var status: String { order.headline.rawValue }
}
