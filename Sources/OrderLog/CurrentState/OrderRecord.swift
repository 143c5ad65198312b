package import Orders

/// An order's folded state with the number and the time of its last event.
package struct OrderRecord: Sendable {
    /// The memory of an order, which copies of a record share until one of them changes: an order has so many parts
    /// that a copy of all costs as much as the decision of a command.
    ///
    /// Unchecked because an order is changed only where its memory has one holder.
    private final class Storage: @unchecked Sendable {
        var order: Order

        init(_ order: Order) {
            self.order = order
        }
    }

    private var storage: Storage
    package var order: Order {
        _read { yield storage.order }
        _modify {
            if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.order) }
            yield &storage.order
        }
    }
    /// The number of the order's last event; 0 before the first.
    package var seq: Int64
    /// The time at which the last event was recorded.
    package var recordedAt: Timestamp
    /// The state that the order's row holds; nil where there is no row, or where its state is of another layout.
    package var snapshot: StateSnapshot?

    package init(order: Order, seq: Int64, recordedAt: Timestamp, snapshot: StateSnapshot? = nil) {
        storage = Storage(order)
        self.seq = seq
        self.recordedAt = recordedAt
        self.snapshot = snapshot
    }

    /// Encodes the state for a row that gets it whole.
    package mutating func takeState() -> [UInt8] {
        let state = order.encodeState()
        snapshot = StateSnapshot(version: order.version, byteCount: state.count)
        return state
    }

    /// The headline that was announced last.
    package var status: String { order.headline.rawValue }
}
