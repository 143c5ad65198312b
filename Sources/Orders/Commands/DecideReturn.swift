import StrictJSON

/// Approves or rejects a requested return.
struct DecideReturn: CommandPayload {
    static let name = CommandName.decideReturn
    static let path = "decide-return"
    static let summary = "Approves or rejects a requested return."
    static let meanings = [
        "approve": "Whether the shop agrees to the return.",
        "note": "A note that the customer reads.",
        "staffNote": "A note for staff only.",
    ]

    let returnId: String
    let approve: Bool
    let note: String?
    let staffNote: String?

    static func read(_ fields: inout FieldReader) -> DecideReturn? {
        let returnId = fields.required("returnId", .identifier)
        let approve = fields.required("approve", .bool)
        let note = fields.optional("note", .text(atLeast: 0))
        let staffNote = fields.optional("staffNote", .text(atLeast: 0))
        guard let returnId, let approve else { return nil }
        return DecideReturn(returnId: returnId, approve: approve, note: note, staffNote: staffNote)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("approve", approve)
        writer.field("note", note)
        writer.field("staffNote", staffNote)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let requested = try order.requireReturn(returnId)
        guard requested.status == .requested else {
            throw Rejection(.returnNotRequested, "Return \(returnId) is \(requested.status.rawValue).")
        }
        let decided = ReturnDecided(returnId: returnId, approve: approve, note: note, staffNote: staffNote)
        return [OrderEvent(decided, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.returns.contains { $0.status == .requested } }
}
