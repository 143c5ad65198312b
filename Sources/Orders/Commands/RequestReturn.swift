import StrictJSON

/// Asks to send delivered units back.
struct RequestReturn: CommandPayload {
    static let name = CommandName.requestReturn
    static let path = "request-return"
    static let summary = "Asks to send delivered units back."
    static let meanings = [
        "reason": "The customer's reason. The customer reads it.", "lines": "The units to send back.",
    ]

    let returnId: String
    let lines: [LineQuantity]
    let reason: String

    static func read(_ fields: inout FieldReader) -> RequestReturn? {
        let returnId = fields.required("returnId", .identifier)
        let lines = fields.required("lines", .lines)
        let reason = fields.required("reason", .text)
        guard let returnId, let lines, let reason else { return nil }
        return RequestReturn(returnId: returnId, lines: lines, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("lines", lines)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard !order.returns.contains(where: { $0.returnId == returnId }) else {
            throw Rejection(.returnExists, "The order has had a return \(returnId).")
        }
        let pending = order.pendingReturns
        try order.require(
            lines,
            available: { $0.returnable(pending: pending[$0.lineId] ?? 0) },
            otherwise: .quantityNotReturnable,
            described: "to return"
        )
        try order.requireRoom(order.returns.count, within: OrderBound.returns, for: "returns")
        try order.requireRoomForLines(lines.count)
        return [OrderEvent(ReturnRequested(returnId: returnId, lines: lines, reason: reason), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        guard order.returns.count < OrderBound.returns, order.hasRoomForLines else { return false }
        let pending = order.pendingReturns
        return order.lines.contains { $0.returnable(pending: pending[$0.lineId] ?? 0) > 0 }
    }
}
