import StrictJSON

/// A payment provider's result was reported. The event's type follows the report's kind.
struct PaymentReported: EventPayload {
    static let summaries: [EventType: String] = [
        .paymentAuthorized: "A payment was authorized.",
        .paymentCaptured: "A payment was captured.",
        .paymentVoided: "An authorization was voided.",
        .paymentFailed: "A payment failed.",
        .paymentRefunded: "Money was refunded.",
    ]
    static let meanings = [
        "kind": "The reported result.",
        "amount": "The amount of this report.",
        "returnId": "The return for which money is paid back.",
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

    static func constant(of type: EventType) -> (member: String, value: JSONValue)? {
        PaymentKind.allCases.first { Self.type(of: $0) == type }.map { ("kind", .string($0.rawValue)) }
    }
}
