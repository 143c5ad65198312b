import StrictJSON

/// The order was ended after everything was done.
struct OrderClosed: EventPayload {
    static let summaries: [EventType: String] = [.orderClosed: "The order was ended after everything was done."]
    static let meanings = ["writeOff": "The money that the shop leaves unsettled. For staff only."]

    var writeOff: WriteOff?

    var type: EventType { .orderClosed }

    func writeInternal(_ writer: inout JSONWriter) {
        if let writeOff { writer.object("writeOff") { writeOff.write(&$0) } }
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderClosed? {
        OrderClosed(writeOff: stored.internal.optional("writeOff", .writeOff))
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.lifecycle = .closed
        if writeOff != nil { order.payment.writeOff() }
    }
}
