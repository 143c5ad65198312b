import StrictJSON

/// A payment provider's result was reported. The event's type follows the report's kind.
struct PaymentReported: EventPayload {
    static let summaries: [EventType: String] = [
        .paymentAuthorized: "A payment was authorized.",
        .paymentCaptured: "A payment was captured.",
        .paymentVoided: "An authorization was voided.",
        .paymentFailed: "A payment failed.",
        .paymentRefunded: "Money was refunded.",
        .paymentChargedBack: "The customer's bank took money back.",
        .chargebackReversed: "Money that was taken back came back to the shop.",
    ]
    static let meanings = [
        "kind": "The reported result.",
        "amount": "The amount of this report.",
        "returnId": "The return for which money is paid back.",
        "final": "Whether the capture is the last one of its payment. Default: false.",
    ]

    let report: PaymentReport

    var type: EventType { Self.type(of: report.kind) }

    private static func type(of kind: PaymentKind) -> EventType {
        switch kind {
        case .authorized: .paymentAuthorized
        case .captured: .paymentCaptured
        case .voided: .paymentVoided
        case .failed: .paymentFailed
        case .refunded: .paymentRefunded
        case .chargedBack: .paymentChargedBack
        case .chargebackReversed: .chargebackReversed
        }
    }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("paymentId", report.paymentId)
        writer.field("kind", report.kind)
        writer.field("amount", report.amount)
        writer.field("returnId", report.returnId)
        if report.isFinal { writer.field("final", true) }
    }

    func writeInternal(_ writer: inout JSONWriter) { writer.field("providerRef", report.providerRef) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> PaymentReported? {
        let paymentId = stored.data.required("paymentId", .identifier)
        let kind: PaymentKind? = stored.data.required("kind", .word)
        let amount = stored.data.required("amount", .money)
        let returnId = stored.data.optional("returnId", .identifier)
        let isFinal = stored.data.optional("final", .bool)
        let providerRef = stored.internal.required("providerRef", .text)
        guard let paymentId, let kind, let amount, let providerRef else { return nil }
        return PaymentReported(
            report: PaymentReport(
                paymentId: paymentId,
                kind: kind,
                amount: amount,
                occurredAt: stored.columns.occurredAt,
                providerRef: providerRef,
                returnId: returnId,
                isFinal: isFinal ?? false
            )
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.payment.add(report, in: order.currency)
    }

    static func constant(of type: EventType) -> ConstantMember? {
        PaymentKind.allCases.first { Self.type(of: $0) == type }.map { ConstantMember("kind", $0.rawValue) }
    }
}
