import Foundation
import OrderLog
import Orders

extension OrderRecord {
    /// An order before its first event.
    init(orderId: UUID) {
        self.init(order: Order(orderId: orderId), seq: 0, recordedAt: Timestamp(unixMicroseconds: 0))
    }

    /// Folds the order's next event.
    ///
    /// - Returns: the event as it was read.
    /// - Throws: `UnreadableEvent`.
    @discardableResult
    mutating func fold(_ event: LoggedEvent) throws -> OrderEvent {
        let folded = try UnreadableEvent.naming(event) { try order.replay(event) }
        snapshot?.count(event)
        seq = event.seq
        recordedAt = event.recordedAt
        return folded
    }

    /// The size of what was read of the order: its state and the events after it, estimated where no state is there.
    var loadedByteCount: Int {
        guard let snapshot else { return order.version * 256 }
        return snapshot.byteCount + snapshot.tailByteCount
    }

    var envelope: EventEnvelope {
        EventEnvelope(number: order.number, shop: order.shop, customer: order.customer)
    }
}
