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

    var envelope: EventEnvelope {
        EventEnvelope(number: order.number, shop: order.shop, customer: order.customer)
    }
}
