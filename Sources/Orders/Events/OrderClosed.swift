import StrictJSON

/// The order was ended after everything was done.
struct OrderClosed: EventPayload {
    static let summaries: [EventType: String] = [.orderClosed: "The order was ended after everything was done."]

    var type: EventType { .orderClosed }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderClosed? { OrderClosed() }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.lifecycle = .closed }
}
