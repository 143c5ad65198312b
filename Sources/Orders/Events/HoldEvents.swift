import StrictJSON

struct OrderHeld: EventPayload {
    let holdId: String
    let reason: HoldReason
    let note: String?

    var type: EventType { .orderHeld }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("holdId", holdId)
        writer.field("reason", reason.shown)
    }

    func writeInternal(_ writer: inout JSONWriter) {
        if reason.shown != reason { writer.field("reason", reason) }
        writer.field("note", note)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderHeld? {
        let holdId = stored.data.required("holdId", .identifier)
        let shown: HoldReason? = stored.data.required("reason", .word)
        let hidden: HoldReason? = stored.internal.optional("reason", .word)
        let note = stored.internal.optional("note", .text(atLeast: 0))
        guard let holdId, let shown else { return nil }
        return OrderHeld(holdId: holdId, reason: hidden ?? shown, note: note)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.holds.append(Hold(holdId: holdId, reason: reason, note: note, since: occurredAt, isReleased: false))
    }
}

struct HoldReleased: EventPayload {
    let holdId: String

    var type: EventType { .holdReleased }

    func writeData(_ writer: inout JSONWriter) { writer.field("holdId", holdId) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> HoldReleased? {
        stored.data.required("holdId", .identifier).map { HoldReleased(holdId: $0) }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        for index in order.holds.indices where order.holds[index].holdId == holdId {
            order.holds[index].isReleased = true
        }
    }
}
