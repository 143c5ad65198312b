import StrictJSON

/// Takes back a payment report that was wrong. The report stays in the list, marked, and in no sum.
struct RetractPayment: CommandPayload {
    static let name = CommandName.retractPayment
    static let path = "retract-payment"
    static let summary = "Takes back a payment report that was wrong. It stays in the list, marked, and in no sum."
    static let meanings = [
        "paymentId": "The id of the report.",
        "reason": "The reason for the retraction. The customer reads it.",
    ]
    static let isForBackendsOnly = true

    let paymentId: String
    let reason: String

    static func read(_ fields: inout FieldReader) -> RetractPayment? {
        let paymentId = fields.required("paymentId", .identifier)
        guard let reason = fields.required("reason", .text), let paymentId else { return nil }
        return RetractPayment(paymentId: paymentId, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("paymentId", paymentId)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard let report = order.payment.report(paymentId) else {
            throw Rejection(.paymentUnknown, "The order has no payment report \(paymentId).")
        }
        guard !report.isRetracted else {
            throw Rejection(.paymentRetracted, "Payment report \(paymentId) is retracted already.")
        }
        return [OrderEvent(PaymentRetracted(paymentId: paymentId, reason: reason), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.payment.reports.contains { !$0.isRetracted } }
}
