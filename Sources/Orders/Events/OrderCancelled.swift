import StrictJSON

/// The order was cancelled with its last live unit.
struct OrderCancelled: EventPayload {
    static let summaries: [EventType: String] = [.orderCancelled: "No live units remain; the order is cancelled."]
    static let meanings = ["reason": "The reason; `internal` names it where customers read another."]

    let reason: CancelReason
    /// Tells whether the event leaves nothing due, as those of schema 1 do. Later ones leave what the reductions of the
    /// cancelled units left.
    var leavesNothingDue = false

    static let upcasters = [
        Upcaster(type: .orderCancelled, from: 1) { data, inside in
            (data, inside.setting("leavesNothingDue", .bool(true)))
        }
    ]

    var type: EventType { .orderCancelled }

    func writeData(_ writer: inout JSONWriter) { writer.field("reason", reason.shown) }

    func writeInternal(_ writer: inout JSONWriter) { writer.trueReason(reason) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderCancelled? {
        let reason: CancelReason? = stored.reason()
        let leavesNothingDue = stored.isDescribing ? nil : stored.internal.optional("leavesNothingDue", .bool)
        return reason.map { OrderCancelled(reason: $0, leavesNothingDue: leavesNothingDue ?? false) }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.lifecycle = .cancelled
        if leavesNothingDue { order.payment.setDue(0) }
    }
}
