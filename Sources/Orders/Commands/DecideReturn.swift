import StrictJSON

/// Approves or rejects a requested return.
struct DecideReturn: CommandPayload {
    static let name = CommandName.decideReturn
    static let path = "decide-return"
    static let summary = "Approves or rejects a requested return."
    static let meanings = [
        "approve": "Whether the shop agrees to the return.",
        "note": "A note that the customer reads.",
    ]

    let returnId: String
    let approve: Bool
    let note: String?

    static func read(_ fields: inout FieldReader) -> DecideReturn? {
        let returnId = fields.required("returnId", .identifier)
        let approve = fields.required("approve", .bool)
        let note = fields.optional("note", .text(atLeast: 0))
        guard let returnId, let approve else { return nil }
        return DecideReturn(returnId: returnId, approve: approve, note: note)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("approve", approve)
        writer.field("note", note)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let requested = try order.requireReturn(returnId)
        guard requested.status == .requested else {
            throw Rejection(.returnNotRequested, "Return \(returnId) is \(requested.status.rawValue).")
        }
        return [OrderEvent(ReturnDecided(returnId: returnId, approve: approve, note: note), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.returns.contains { $0.status == .requested } }
}
