import StrictJSON

/// A hold was put on the order.
struct OrderHeld: EventPayload {
    static let summaries: [EventType: String] = [.orderHeld: "The order is on hold."]
    static let meanings = [
        "reason": "The reason; `internal` names it where customers read another.",
        "holdId": "The caller's id of the hold. For staff only.",
        "note": "A note for staff only.",
    ]

    let holdId: String
    let reason: HoldReason
    let note: String?

    static let upcasters = [Upcaster(type: .orderHeld, from: 1, upcast: HoldReleased.movingHoldId)]

    var type: EventType { .orderHeld }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("reason", reason.shown)
    }

    func writeInternal(_ writer: inout JSONWriter) {
        writer.field("holdId", holdId)
        writer.trueReason(reason)
        writer.field("note", note)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderHeld? {
        let holdId = stored.internal.required("holdId", .identifier)
        let reason: HoldReason? = stored.reason()
        let note = stored.internal.optional("note", .text(atLeast: 0))
        guard let holdId, let reason else { return nil }
        return OrderHeld(holdId: holdId, reason: reason, note: note)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.holds.append(Hold(holdId: holdId, reason: reason, note: note, since: occurredAt))
    }
}
