/// One report of a payment provider.
package struct PaymentReport: Sendable, Equatable {
    package private(set) var paymentId: String
    package private(set) var kind: PaymentKind
    package private(set) var amount: Money
    package private(set) var occurredAt: Timestamp
    /// The provider's reference of the payment, the same in all reports of one payment. For staff only.
    package private(set) var providerRef: String
    /// The return for which money was paid back.
    package private(set) var returnId: String?

    init(
        paymentId: String,
        kind: PaymentKind,
        amount: Money,
        occurredAt: Timestamp,
        providerRef: String,
        returnId: String?
    ) {
        self.paymentId = paymentId
        self.kind = kind
        self.amount = amount
        self.occurredAt = occurredAt
        self.providerRef = providerRef
        self.returnId = returnId
    }
}

extension PaymentReport: OrderPart {
    static var blank: PaymentReport {
        PaymentReport(
            paymentId: "",
            kind: .failed,
            amount: Money(amount: 0, currency: ""),
            occurredAt: .earliest,
            providerRef: "",
            returnId: nil
        )
    }

    static let meanings = [
        "kind": "The reported result.",
        "amount": "The amount of this report.",
        "occurredAt": "The time at which it happened.",
        "returnId": "The return for which money is paid back.",
    ]

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("paymentId", &paymentId)
        visitor.field("kind", &kind)
        visitor.field("amount", &amount)
        visitor.field("occurredAt", &occurredAt)
        visitor.field("providerRef", &providerRef, for: .storage)
        visitor.field("returnId", &returnId)
    }
}
