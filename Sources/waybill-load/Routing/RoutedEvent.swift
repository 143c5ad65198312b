import EventStreams
import Foundation
import OrderLog
import Orders

/// Events of single orders, and the streams that receive them.
enum RoutedEvent {
    /// An event of an order.
    static func make(seq: Int64, order: UUID) -> LoggedEvent {
        let now = Timestamp(unixMicroseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        return LoggedEvent(
            seq: seq,
            orderId: order,
            version: 1,
            number: "1000",
            shop: "acme",
            customer: "c-1",
            type: "OrderConfirmed",
            schema: 1,
            statusBefore: "pending",
            status: "confirmed",
            data: Array("{}".utf8),
            internal: Array("{}".utf8),
            actor: "load",
            commandId: "load",
            correlationId: nil,
            causationId: nil,
            occurredAt: now,
            recordedAt: now
        )
    }

    /// The view of an order's stream that its customer opens.
    static func view(of order: UUID) -> StreamView {
        StreamView(
            filter: StreamFilter(orderId: order, scope: ReadScope(shops: ["acme"], customer: "c-1")),
            audience: .customer,
            role: .customer,
            plain: false
        )
    }
}
