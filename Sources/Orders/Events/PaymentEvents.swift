import StrictJSON

/// What a payment provider reported; the type follows the report's kind.
struct PaymentReported: EventPayload {
    let report: PaymentReport

    var type: EventType {
        switch report.kind {
        case .authorized: .paymentAuthorized
        case .captured: .paymentCaptured
        case .voided: .paymentVoided
        case .failed: .paymentFailed
        case .refunded: .paymentRefunded
        }
    }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("paymentId", report.paymentId)
        writer.field("kind", report.kind)
        writer.field("amount", report.amount)
        writer.field("returnId", report.returnId)
    }

    func writeInternal(_ writer: inout JSONWriter) { writer.field("providerRef", report.providerRef) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> PaymentReported? {
        let paymentId = stored.data.required("paymentId", .identifier)
        let kind: PaymentKind? = stored.data.required("kind", .word)
        let amount = stored.data.required("amount", .money)
        let returnId = stored.data.optional("returnId", .identifier)
        let providerRef = stored.internal.required("providerRef", .text)
        guard let paymentId, let kind, let amount, let providerRef else { return nil }
        return PaymentReported(
            report: PaymentReport(
                paymentId: paymentId,
                kind: kind,
                amount: amount,
                occurredAt: stored.columns.occurredAt,
                providerRef: providerRef,
                returnId: returnId
            )
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.payment.add(report, in: order.currency)
    }
}
