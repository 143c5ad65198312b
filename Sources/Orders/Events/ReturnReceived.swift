import StrictJSON

/// Returned units arrived.
struct ReturnReceived: EventPayload {
    static let summaries: [EventType: String] = [.returnReceived: "Returned units arrived."]
    static let meanings = ["lines": "The units that arrived."]

    let returnId: String
    let lines: [ReceivedLine]

    var type: EventType { .returnReceived }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("lines", lines)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ReturnReceived? {
        let returnId = stored.data.required("returnId", .identifier)
        guard let lines = stored.data.required("lines", .receivedLines), let returnId else { return nil }
        return ReturnReceived(returnId: returnId, lines: lines)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        for index in order.returns.indices where order.returns[index].returnId == returnId {
            order.returns[index].status = .received
        }
        order.countReturned(lines)
    }
}
