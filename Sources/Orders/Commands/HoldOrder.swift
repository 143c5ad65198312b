import StrictJSON

/// Stops confirmation, packing and dispatch until the hold is released.
struct HoldOrder: CommandPayload {
    static let name = CommandName.holdOrder
    static let path = "hold"
    static let summary = "Stops confirmation, packing and dispatch until the hold is released."
    static let meanings = [
        "reason": "The reason; customers read `other` for `fraud`.",
        "note": "A note for staff only.",
    ]

    let holdId: String
    let reason: HoldReason
    let note: String?

    static func read(_ fields: inout FieldReader) -> HoldOrder? {
        let holdId = fields.required("holdId", .identifier)
        let reason: HoldReason? = fields.required("reason", .word)
        let note = fields.optional("note", .text(atLeast: 0))
        guard let holdId, let reason else { return nil }
        return HoldOrder(holdId: holdId, reason: reason, note: note)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("holdId", holdId)
        writer.field("reason", reason)
        writer.field("note", note)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireActive()
        guard !order.holds.contains(where: { $0.holdId == holdId }) else {
            throw Rejection(.holdExists, "The order has had a hold \(holdId).")
        }
        try order.requireRoom(order.holds.count, within: OrderBound.holds, for: "holds")
        return [OrderEvent(OrderHeld(holdId: holdId, reason: reason, note: note), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        order.isActive && order.holds.count < OrderBound.holds
    }
}
