package import Orders

/// An order's folded state with the number and the time of its last event.
package struct OrderRecord: Sendable {
    package var order: Order
    /// The number of the order's last event; 0 before the first.
    package var seq: Int64
    /// The time at which the last event was recorded.
    package var recordedAt: Timestamp
    /// The state that the order's row holds; nil where there is no row, or where its state is of another layout.
    package var snapshot: StateSnapshot?

    package init(order: Order, seq: Int64, recordedAt: Timestamp, snapshot: StateSnapshot? = nil) {
        self.order = order
        self.seq = seq
        self.recordedAt = recordedAt
        self.snapshot = snapshot
    }

    /// The headline that was announced last.
    package var status: String { order.headline.rawValue }
}
