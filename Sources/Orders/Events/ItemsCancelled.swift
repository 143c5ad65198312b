import StrictJSON

/// Units were cancelled.
struct ItemsCancelled: EventPayload {
    static let summaries: [EventType: String] = [
        .itemsCancelled: "Units were cancelled; `lines` lists them, also where the command named none."
    ]
    static let meanings = [
        "lines": "The cancelled units.",
        "reduction": "The amount by which less is due.",
        "reason": "The reason; `internal` names it where customers read another.",
    ]

    /// The cancelled units: those that the command named, or all open ones.
    let lines: [LineQuantity]
    let reason: CancelReason
    /// The amount by which less is due; nil in an event from before amounts were carried, which counts
    /// quantity × unitPrice.
    let reduction: Money?

    static let upcasters = [
        // Schema 2 carries `reduction`.
        Upcaster(type: .itemsCancelled, from: 1) { ($0, $1) }
    ]

    var type: EventType { .itemsCancelled }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("lines", lines)
        writer.field("reason", reason.shown)
        if let reduction { writer.field("reduction", reduction) }
    }

    func writeInternal(_ writer: inout JSONWriter) { writer.trueReason(reason) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ItemsCancelled? {
        let lines = stored.data.required("lines", .lines)
        let reason: CancelReason? = stored.reason()
        let reduction = stored.data.optional("reduction", .money)
        guard let reason, let lines else { return nil }
        return ItemsCancelled(lines: lines, reason: reason, reduction: reduction)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        let goods = order.cancel(lines)
        order.reduceDue(by: reduction?.amount ?? goods)
        order.resolveLosses()
    }
}
