import StrictJSON

/// Units were cancelled.
struct ItemsCancelled: EventPayload {
    static let summaries: [EventType: String] = [
        .itemsCancelled: "Units were cancelled; `lines` lists them, also where the command named none."
    ]
    static let meanings = [
        "lines": "The cancelled units.",
        "reason": "The reason; `internal` names it where customers read another.",
    ]

    /// The cancelled units: those that the command named, or all open ones.
    let lines: [LineQuantity]
    let reason: CancelReason

    var type: EventType { .itemsCancelled }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("lines", lines)
        writer.field("reason", reason.shown)
    }

    func writeInternal(_ writer: inout JSONWriter) { writer.trueReason(reason) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ItemsCancelled? {
        let lines = stored.data.required("lines", .lines)
        guard let reason: CancelReason = stored.reason(), let lines else { return nil }
        return ItemsCancelled(lines: lines, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.cancel(lines)
        order.resolveLosses()
    }
}
