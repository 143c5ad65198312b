import StrictJSON

/// Reports a payment provider's result, a fact. `paymentId` names the report; `providerRef` is the same in all reports
/// of one payment.
struct RecordPayment: CommandPayload {
    static let name = CommandName.recordPayment
    static let path = "payment"
    static let summary = "Reports a payment provider's result: a fact, never refused."
    static let meanings = [
        "kind": "The reported result.",
        "amount": "The amount of this report.",
        "returnId": "The return for which money is paid back.",
    ]
    static let isFact = true

    let paymentId: String
    let kind: PaymentKind
    let amount: Money
    let providerRef: String
    let returnId: String?

    static func read(_ fields: inout FieldReader) -> RecordPayment? {
        let paymentId = fields.required("paymentId", .identifier)
        let kind: PaymentKind? = fields.required("kind", .word)
        let amount = fields.required("amount", .money)
        let providerRef = fields.required("providerRef", .text)
        let returnId = fields.optional("returnId", .identifier)
        guard let paymentId, let kind, let amount, let providerRef else { return nil }
        return RecordPayment(
            paymentId: paymentId,
            kind: kind,
            amount: amount,
            providerRef: providerRef,
            returnId: returnId
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("paymentId", paymentId)
        writer.field("kind", kind)
        writer.field("amount", amount)
        writer.field("providerRef", providerRef)
        writer.field("returnId", returnId)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        if order.payment.reports.contains(where: { $0.paymentId == paymentId }) { return [] }
        let report = PaymentReport(
            paymentId: paymentId,
            kind: kind,
            amount: amount,
            occurredAt: occurredAt,
            providerRef: providerRef,
            returnId: returnId
        )
        return [OrderEvent(PaymentReported(report: report), at: occurredAt, anomaly: anomaly(in: order, report))]
    }

    private func anomaly(in order: Order, _ report: PaymentReport) -> Anomaly? {
        guard amount.currency == order.currency else {
            return Anomaly(
                .currencyMismatch,
                "The payment is in \(amount.currency), the order in \(order.currency): not summed."
            )
        }
        var payment = order.payment
        payment.add(report, in: order.currency)
        if kind == .captured, payment.captured > order.total {
            return Anomaly(.overCaptured, "\(payment.captured) is captured, the total is \(order.total).")
        }
        if kind == .refunded, payment.refunded > payment.captured {
            return Anomaly(.overRefunded, "\(payment.refunded) is refunded, \(payment.captured) captured.")
        }
        if let returnId, !order.returns.contains(where: { $0.returnId == returnId }) {
            return Anomaly(.returnUnknown, "The payment names the return \(returnId), which the order does not have.")
        }
        return nil
    }

    static func isPossible(in order: Order) -> Bool { true }
}
