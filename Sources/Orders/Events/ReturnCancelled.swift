import StrictJSON

/// A return was ended before all of it arrived.
struct ReturnCancelled: EventPayload {
    static let summaries: [EventType: String] = [
        .returnCancelled: "A return was ended before all of it arrived; one of which a part arrived counts as received."
    ]
    static let meanings = CancelReturn.meanings

    let returnId: String
    let reason: String

    var type: EventType { .returnCancelled }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("reason", reason)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ReturnCancelled? {
        let returnId = stored.data.required("returnId", .identifier)
        guard let reason = stored.data.required("reason", .text), let returnId else { return nil }
        return ReturnCancelled(returnId: returnId, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        guard let index = order.returnIndex(returnId) else { return }
        order.returns[index].status = order.returns[index].receipts.isEmpty ? .cancelled : .received
    }
}
