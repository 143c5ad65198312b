package import Orders

/// An order's state with the position and the time of its last event.
package struct StoredOrder: Sendable {
    package let order: Order
    package let position: LogPosition
    /// The time at which the last event was recorded.
    package let recordedAt: Timestamp

    package init(order: Order, position: LogPosition, recordedAt: Timestamp) {
        self.order = order
        self.position = position
        self.recordedAt = recordedAt
    }

    package init(_ record: OrderRecord, in epochs: EpochTable) {
        self.init(order: record.order, position: epochs.position(of: record.seq), recordedAt: record.recordedAt)
    }
}
