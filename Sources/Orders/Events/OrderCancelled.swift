import StrictJSON

/// The order was cancelled with its last live unit.
struct OrderCancelled: EventPayload {
    static let summaries: [EventType: String] = [.orderCancelled: "No live units remain; the order is cancelled."]
    static let meanings = ["reason": "The reason; `internal` names it where customers read another."]

    let reason: CancelReason

    var type: EventType { .orderCancelled }

    func writeData(_ writer: inout JSONWriter) { writer.field("reason", reason.shown) }

    func writeInternal(_ writer: inout JSONWriter) { writer.trueReason(reason) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderCancelled? {
        stored.reason().map(OrderCancelled.init)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.lifecycle = .cancelled }
}
