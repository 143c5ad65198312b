import StrictJSON

/// Customers read `other` for a reason that they are not to know; the true one is in `internal`.
private func writeTrueReason(_ reason: CancelReason, _ writer: inout JSONWriter) {
    if reason.shown != reason { writer.field("reason", reason) }
}

private func readReason(_ stored: inout StoredFields) -> CancelReason? {
    let shown: CancelReason? = stored.data.required("reason", .word)
    let hidden: CancelReason? = stored.internal.optional("reason", .word)
    return hidden ?? shown
}

struct ItemsCancelled: EventPayload {
    /// Resolved: the lines that were open where the command named none.
    let lines: [LineQuantity]
    let reason: CancelReason

    var type: EventType { .itemsCancelled }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("lines", lines)
        writer.field("reason", reason.shown)
    }

    func writeInternal(_ writer: inout JSONWriter) { writeTrueReason(reason, &writer) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ItemsCancelled? {
        let lines = stored.data.required("lines", .lines)
        guard let reason = readReason(&stored), let lines else { return nil }
        return ItemsCancelled(lines: lines, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.cancel(lines)
        order.answerLosses()
    }
}

struct OrderCancelled: EventPayload {
    let reason: CancelReason

    var type: EventType { .orderCancelled }

    func writeData(_ writer: inout JSONWriter) { writer.field("reason", reason.shown) }

    func writeInternal(_ writer: inout JSONWriter) { writeTrueReason(reason, &writer) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderCancelled? {
        readReason(&stored).map { OrderCancelled(reason: $0) }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.lifecycle = .cancelled }
}
