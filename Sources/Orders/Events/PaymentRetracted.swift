import StrictJSON

/// A payment report was taken back.
struct PaymentRetracted: EventPayload {
    static let summaries: [EventType: String] = [
        .paymentRetracted: "A payment report was taken back; the sums leave it out."
    ]
    static let meanings = RetractPayment.meanings

    let paymentId: String
    let reason: String

    var type: EventType { .paymentRetracted }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("paymentId", paymentId)
        writer.field("reason", reason)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> PaymentRetracted? {
        let paymentId = stored.data.required("paymentId", .identifier)
        guard let reason = stored.data.required("reason", .text), let paymentId else { return nil }
        return PaymentRetracted(paymentId: paymentId, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.payment.retract(paymentId) }
}
