import StrictJSON

/// Lowers or raises the amount that is due, in every stage of the order.
struct AdjustTotal: CommandPayload {
    static let name = CommandName.adjustTotal
    static let path = "adjust-total"
    static let summary = "Lowers or raises the amount that is due, for example as goodwill or to correct a price."
    static let meanings = [
        "adjustmentId": "The caller's id of the adjustment, unique within the order.",
        "amount": "The amount by which less or more is due.",
        "direction": "Whether less or more is due.",
        "reason": "The reason for the adjustment.",
        "note": "A note that the customer reads.",
    ]

    let adjustmentId: String
    let amount: Money
    let direction: AdjustmentDirection
    let reason: AdjustmentReason
    let note: String?

    static func read(_ fields: inout FieldReader) -> AdjustTotal? {
        let adjustmentId = fields.required("adjustmentId", .identifier)
        let amount = fields.required("amount", .money)
        let direction: AdjustmentDirection? = fields.required("direction", .word)
        let reason: AdjustmentReason? = fields.required("reason", .word)
        let note = fields.optional("note", .text(atLeast: 0))
        guard let adjustmentId, let amount, let direction, let reason else { return nil }
        return AdjustTotal(
            adjustmentId: adjustmentId,
            amount: amount,
            direction: direction,
            reason: reason,
            note: note
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("adjustmentId", adjustmentId)
        writer.field("amount", amount)
        writer.field("direction", direction)
        writer.field("reason", reason)
        writer.field("note", note)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard !order.adjustmentIds.contains(adjustmentId) else {
            throw Rejection(.adjustmentExists, "The order has had an adjustment \(adjustmentId).")
        }
        try order.requireCurrency(amount)
        try order.requireRoomForEdit()
        let new: Int64
        switch direction {
        case .lower:
            guard amount.amount <= order.due else {
                throw Rejection(
                    .adjustmentAboveDue,
                    "\(order.text(order.due)) is due; the adjustment is \(order.text(amount.amount))."
                )
            }
            new = order.due - amount.amount
        case .raise:
            new = order.due.addingSaturated(amount.amount)
            guard new <= Money.maximumAmount else { throw EditOrder.tooLarge }
        }
        let adjusted = TotalAdjusted(
            adjustmentId: adjustmentId,
            amount: amount,
            direction: direction,
            reason: reason,
            note: note,
            oldDue: order.money(order.due),
            newDue: order.money(new)
        )
        return [OrderEvent(adjusted, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        order.version > 0 && order.hasRoomForEdit
    }
}
