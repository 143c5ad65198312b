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
    /// - Throws: `UnreadableEvent`.
    mutating func fold(_ event: LoggedEvent) throws {
        try UnreadableEvent.naming(event) { try order.replay(event) }
        seq = event.seq
        recordedAt = event.recordedAt
    }

    /// The estimated size of what was read of the order: its state, and the events after it.
    var loadedByteCount: Int {
        let events = order.version - (snapshot?.version ?? 0)
        return (snapshot?.byteCount ?? 0) + events * 256
    }

    var envelope: EventEnvelope {
        EventEnvelope(number: order.number, shop: order.shop, customer: order.customer)
    }
}
