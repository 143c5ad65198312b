import StrictJSON

/// A closed order was opened again.
struct OrderReopened: EventPayload {
    static let summaries: [EventType: String] = [.orderReopened: "A closed order was opened again."]
    static let meanings = ReopenOrder.meanings

    let reason: String

    var type: EventType { .orderReopened }

    func writeData(_ writer: inout JSONWriter) { writer.field("reason", reason) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderReopened? {
        stored.data.required("reason", .text).map(OrderReopened.init)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.lifecycle = .confirmed
        order.payment.endWriteOff()
    }
}
