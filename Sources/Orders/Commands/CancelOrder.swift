import StrictJSON

/// Cancels open units, all of them unless lines are named. The last live unit cancels the order too.
struct CancelOrder: CommandPayload {
    static let name = CommandName.cancelOrder
    static let path = "cancel"
    static let summary =
        "Cancels open units, all of them unless lines are named. The last live unit cancels the order too."
    static let meanings = [
        "lines": "The units to cancel. Default: all open ones.",
        "reason": "The reason; customers read `other` for `fraud`.",
    ]

    let lines: [LineQuantity]?
    let reason: CancelReason

    static func read(_ fields: inout FieldReader) -> CancelOrder? {
        let lines = fields.optional("lines", .lines)
        guard let reason: CancelReason = fields.required("reason", .word) else { return nil }
        return CancelOrder(lines: lines, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        if let lines { writer.field("lines", lines) }
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireActive()
        let resolved = lines ?? order.openLines
        guard !resolved.isEmpty else { throw Rejection(.quantityNotOpen, "No units of the order are open.") }
        try order.require(resolved, available: \.open, otherwise: .quantityNotOpen, described: "open")
        let cancelled = OrderEvent(ItemsCancelled(lines: resolved, reason: reason), at: occurredAt)
        var next = order
        next.evolve(cancelled)
        guard next.units.live == 0 else { return [cancelled] }
        return [cancelled, OrderEvent(OrderCancelled(reason: reason), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.isActive && order.units.open > 0 }
}
