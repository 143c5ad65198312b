import StrictJSON

/// A return was approved or rejected.
struct ReturnDecided: EventPayload {
    static let summaries: [EventType: String] = [
        .returnApproved: "A return was approved.",
        .returnRejected: "A return was rejected.",
    ]
    static let meanings = [
        "approve": "Whether the shop agreed to the return.",
        "note": "A note that the customer reads.",
        "staffNote": "A note for staff only.",
    ]

    let returnId: String
    let approve: Bool
    let note: String?
    var staffNote: String?

    var type: EventType { approve ? .returnApproved : .returnRejected }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("approve", approve)
        writer.field("note", note)
    }

    func writeInternal(_ writer: inout JSONWriter) { writer.field("staffNote", staffNote) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ReturnDecided? {
        let returnId = stored.data.required("returnId", .identifier)
        let approve = stored.data.required("approve", .bool)
        let note = stored.data.optional("note", .text(atLeast: 0))
        let staffNote = stored.internal.optional("staffNote", .text(atLeast: 0))
        guard let returnId, let approve else { return nil }
        return ReturnDecided(returnId: returnId, approve: approve, note: note, staffNote: staffNote)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        for index in order.returns.indices where order.returns[index].returnId == returnId {
            order.returns[index].status = approve ? .approved : .rejected
            order.returns[index].note = note
        }
    }

    static func constant(of type: EventType) -> ConstantMember? {
        ConstantMember("approve", type == .returnApproved)
    }
}
