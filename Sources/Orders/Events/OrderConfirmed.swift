import StrictJSON

/// The shop accepted the order.
struct OrderConfirmed: EventPayload {
    static let summaries: [EventType: String] = [.orderConfirmed: "The shop accepted the order."]

    var type: EventType { .orderConfirmed }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderConfirmed? { OrderConfirmed() }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.lifecycle = .confirmed }
}
