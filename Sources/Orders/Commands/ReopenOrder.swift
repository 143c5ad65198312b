import StrictJSON

/// Opens a closed order again.
struct ReopenOrder: CommandPayload {
    static let name = CommandName.reopenOrder
    static let path = "reopen"
    static let summary = "Opens a closed order again."
    static let meanings = ["reason": "The reason for opening it again. The customer reads it."]

    let reason: String

    static func read(_ fields: inout FieldReader) -> ReopenOrder? {
        fields.required("reason", .text).map(ReopenOrder.init)
    }

    func write(_ writer: inout JSONWriter) { writer.field("reason", reason) }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard order.lifecycle == .closed else {
            throw Rejection(.orderNotClosed, "The order is \(order.lifecycle.rawValue), not closed.")
        }
        return [OrderEvent(OrderReopened(reason: reason), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.lifecycle == .closed }
}
