import StrictJSON

/// Reports a payment provider's result, a fact. `paymentId` names the report; `providerRef` is the same in all reports
/// of one payment.
struct RecordPayment: CommandPayload {
    static let name = CommandName.recordPayment
    static let path = "payment"
    static let summary = "Reports a payment provider's result: a fact, never refused for being late or surprising."
    static let meanings = [
        "kind": "The reported result.",
        "amount": "The amount of this report.",
        "returnId": "The return for which money is paid back.",
        "final": "Whether the capture is the last one of its payment: what is left of the authorization is released.",
    ]
    static let isFact = true
    static let isForBackendsOnly = true

    let paymentId: String
    let kind: PaymentKind
    let amount: Money
    let providerRef: String
    let returnId: String?
    let isFinal: Bool?

    static func read(_ fields: inout FieldReader) -> RecordPayment? {
        let paymentId = fields.required("paymentId", .identifier)
        let kind: PaymentKind? = fields.required("kind", .word)
        let amount = fields.required("amount", .money)
        let providerRef = fields.required("providerRef", .text)
        let returnId = fields.optional("returnId", .identifier)
        let isFinal = fields.optional("final", .bool)
        guard let paymentId, let kind, let amount, let providerRef else { return nil }
        return RecordPayment(
            paymentId: paymentId,
            kind: kind,
            amount: amount,
            providerRef: providerRef,
            returnId: returnId,
            isFinal: isFinal
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("paymentId", paymentId)
        writer.field("kind", kind)
        writer.field("amount", amount)
        writer.field("providerRef", providerRef)
        writer.field("returnId", returnId)
        if let isFinal { writer.field("final", isFinal) }
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let report = PaymentReport(
            paymentId: paymentId,
            kind: kind,
            amount: amount,
            occurredAt: occurredAt,
            providerRef: providerRef,
            returnId: returnId,
            isFinal: isFinal ?? false
        )
        if try order.isKnown(order.payment.report(paymentId), differences: report.differences, id: paymentId) {
            return []
        }
        try order.requireRoom(order.payment.reports.count, within: OrderBound.payments, for: "payment reports")
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
        if kind == .captured, payment.paid > order.due {
            return Anomaly(.overCaptured, "\(payment.paid) is paid with this capture, and \(order.due) is due.")
        }
        if kind == .refunded || kind == .chargedBack, payment.paid < 0 {
            return Anomaly(
                .overRefunded,
                "More is refunded and charged back than captured: \(payment.captured) is captured."
            )
        }
        if kind == .chargedBack {
            return Anomaly(.chargedBack, "\(amount.amount) was charged back (\(providerRef)).")
        }
        if let returnId, !order.returns.contains(where: { $0.returnId == returnId }) {
            return Anomaly(.returnUnknown, "The payment names the return \(returnId), which the order does not have.")
        }
        return nil
    }

    static func isPossible(in order: Order) -> Bool {
        order.payment.reports.count < OrderBound.payments
    }
}
