import StrictJSON

/// Ends a return that does not come, or of which no more comes.
struct CancelReturn: CommandPayload {
    static let name = CommandName.cancelReturn
    static let path = "cancel-return"
    static let summary = "Ends a return that does not come, or of which no more comes."
    static let meanings = ["reason": "The reason for ending the return. The customer reads it."]
    static let passesBounds = true

    let returnId: String
    let reason: String

    static func read(_ fields: inout FieldReader) -> CancelReturn? {
        let returnId = fields.required("returnId", .identifier)
        guard let reason = fields.required("reason", .text), let returnId else { return nil }
        return CancelReturn(returnId: returnId, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let found = try order.requireReturn(returnId)
        guard found.isPending else {
            throw Rejection(.returnEnded, "Return \(returnId) is \(found.status.rawValue).")
        }
        return [OrderEvent(ReturnCancelled(returnId: returnId, reason: reason), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.returns.contains(where: \.isPending) }
}
