import StrictJSON

struct ReturnRequested: EventPayload {
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

/// `ReturnApproved` or `ReturnRejected`.
struct ReturnDecided: EventPayload {
    let returnId: String
    let approve: Bool
    let note: String?

    var type: EventType { approve ? .returnApproved : .returnRejected }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("returnId", returnId)
        writer.field("approve", approve)
        writer.field("note", note)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ReturnDecided? {
        let returnId = stored.data.required("returnId", .identifier)
        let approve = stored.data.required("approve", .bool)
        let note = stored.data.optional("note", .text(atLeast: 0))
        guard let returnId, let approve else { return nil }
        return ReturnDecided(returnId: returnId, approve: approve, note: note)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        for index in order.returns.indices where order.returns[index].returnId == returnId {
            order.returns[index].status = approve ? .approved : .rejected
            order.returns[index].note = note
        }
    }
}

struct ReturnReceived: EventPayload {
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
