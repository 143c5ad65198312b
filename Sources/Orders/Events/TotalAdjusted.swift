import StrictJSON

/// The amount that is due was lowered or raised.
struct TotalAdjusted: EventPayload {
    static let summaries: [EventType: String] = [.totalAdjusted: "The amount that is due was lowered or raised."]
    static let meanings = AdjustTotal.meanings.merging([
        "oldDue": "The amount that was due before.", "newDue": "The amount that is due now.",
    ]) { $1 }

    let adjustmentId: String
    let amount: Money
    let direction: AdjustmentDirection
    let reason: AdjustmentReason
    let note: String?
    let oldDue: Money
    let newDue: Money

    var type: EventType { .totalAdjusted }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("adjustmentId", adjustmentId)
        writer.field("amount", amount)
        writer.field("direction", direction)
        writer.field("reason", reason)
        writer.field("note", note)
        writer.field("oldDue", oldDue)
        writer.field("newDue", newDue)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> TotalAdjusted? {
        let adjustmentId = stored.data.required("adjustmentId", .identifier)
        let amount = stored.data.required("amount", .money)
        let direction: AdjustmentDirection? = stored.data.required("direction", .word)
        let reason: AdjustmentReason? = stored.data.required("reason", .word)
        let note = stored.data.optional("note", .text(atLeast: 0))
        let oldDue = stored.data.required("oldDue", .money)
        let newDue = stored.data.required("newDue", .money)
        guard let adjustmentId, let amount, let direction, let reason, let oldDue, let newDue else { return nil }
        return TotalAdjusted(
            adjustmentId: adjustmentId,
            amount: amount,
            direction: direction,
            reason: reason,
            note: note,
            oldDue: oldDue,
            newDue: newDue
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.adjustmentIds.append(adjustmentId)
        order.payment.setDue(newDue.amount)
    }
}
