import StrictJSON

/// The customer asked to send delivered units back.
struct ReturnRequested: EventPayload {
    static let summaries: [EventType: String] = [.returnRequested: "The customer asked to send delivered units back."]
    static let meanings = ["reason": "The customer's reason.", "lines": "The units to send back."]

    let returnId: String
    let lines: [LineQuantity]
    let reason: String

    var type: EventType { .returnRequested }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("lines", lines)
        writer.field("reason", reason)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ReturnRequested? {
        let returnId = stored.data.required("returnId", .identifier)
        let lines = stored.data.required("lines", .lines)
        let reason = stored.data.required("reason", .text)
        guard let returnId, let lines, let reason else { return nil }
        return ReturnRequested(returnId: returnId, lines: lines, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.returns.append(Return(returnId: returnId, status: .requested, lines: lines, reason: reason, note: nil))
    }
}
