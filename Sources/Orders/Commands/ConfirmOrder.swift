import StrictJSON

/// Accepts the order for the shop.
struct ConfirmOrder: CommandPayload {
    static let name = CommandName.confirmOrder
    static let path = "confirm"
    static let summary = "Accepts the order for the shop; packing may begin."

    static func read(_ fields: inout FieldReader) -> ConfirmOrder? { ConfirmOrder() }

    func write(_ writer: inout JSONWriter) {}

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireActive()
        guard order.lifecycle == .placed else { throw Rejection(.alreadyConfirmed, "The order is confirmed already.") }
        try order.requireNoHold()
        return [OrderEvent(OrderConfirmed(), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.lifecycle == .placed && !order.isOnHold }
}
