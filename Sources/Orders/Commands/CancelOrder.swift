import StrictJSON

/// Cancels open units, all of them unless lines are named. The last live unit cancels the order too, unless it is
/// closed.
struct CancelOrder: CommandPayload {
    static let name = CommandName.cancelOrder
    static let path = "cancel"
    static let summary =
        "Cancels open units, all of them unless lines are named. The last live unit cancels the order too, unless it is closed."
    static let meanings = [
        "lines": "The units to cancel. Default: all open ones.",
        "reason": "The reason; customers read `other` for `fraud`.",
        "reduction":
            "The amount by which less is due. Default: the worth of the units; with the last live unit, all that is left.",
    ]

    let lines: [LineQuantity]?
    let reason: CancelReason
    let reduction: Money?

    static let passesBounds = true

    static func read(_ fields: inout FieldReader) -> CancelOrder? {
        let lines = fields.optional("lines", .lines)
        let reason: CancelReason? = fields.required("reason", .word)
        let reduction = fields.optional("reduction", .money)
        return reason.map { CancelOrder(lines: lines, reason: $0, reduction: reduction) }
    }

    func write(_ writer: inout JSONWriter) {
        if let lines { writer.field("lines", lines) }
        writer.field("reason", reason)
        if let reduction { writer.field("reduction", reduction) }
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        if order.lifecycle == .cancelled { throw Rejection(.orderCancelled, "The order is cancelled.") }
        let resolved = lines ?? order.openLines
        guard !resolved.isEmpty else { throw Rejection(.quantityNotOpen, "No units of the order are open.") }
        try order.require(resolved, available: \.open, otherwise: .quantityNotOpen, described: "open")
        try order.requireCurrency(reduction)
        if let reduction, reduction.amount > order.due {
            throw Rejection(
                .reductionAboveDue,
                "\(order.text(order.due)) is due; the reduction is \(order.text(reduction.amount))."
            )
        }
        let leavesLive = order.units.live > resolved.reduce(0) { $0 + $1.quantity }
        let amount = reduction?.amount ?? (leavesLive ? min(order.worth(of: resolved), order.due) : order.due)
        let cancelled = ItemsCancelled(lines: resolved, reason: reason, reduction: order.money(amount))
        guard !leavesLive, order.lifecycle != .closed else { return [OrderEvent(cancelled, at: occurredAt)] }
        return [
            OrderEvent(cancelled, at: occurredAt),
            OrderEvent(OrderCancelled(reason: reason), at: occurredAt),
        ]
    }

    static func isPossible(in order: Order) -> Bool {
        order.version > 0 && order.lifecycle != .cancelled && order.units.open > 0
    }
}
