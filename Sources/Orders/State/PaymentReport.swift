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
    /// Tells whether a capture is the last one of its payment: what is left of the authorization is released.
    package private(set) var isFinal: Bool
    /// Tells whether the amount is in another currency than the order, and so in no sum.
    package internal(set) var isForeign = false
    package internal(set) var isRetracted = false

    init(
        paymentId: String,
        kind: PaymentKind,
        amount: Money,
        occurredAt: Timestamp,
        providerRef: String,
        returnId: String?,
        isFinal: Bool = false
    ) {
        self.paymentId = paymentId
        self.kind = kind
        self.amount = amount
        self.occurredAt = occurredAt
        self.providerRef = providerRef
        self.returnId = returnId
        self.isFinal = isFinal
    }

    /// Tells whether the report is in the sums.
    var counts: Bool { !isRetracted && !isForeign }

    /// The names of the fields in which another report under the same id differs. The time is not compared.
    func differences(from other: PaymentReport) -> [String] {
        var names: [String] = []
        if kind != other.kind { names.append("kind") }
        if amount != other.amount { names.append("amount") }
        if providerRef != other.providerRef { names.append("providerRef") }
        if returnId != other.returnId { names.append("returnId") }
        if isFinal != other.isFinal { names.append("final") }
        return names
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
        "retracted": "Whether the report was taken back; the sums leave it out.",
    ]

    static var schemaName: String? { "PaymentReport" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("paymentId", &paymentId)
        visitor.field("kind", &kind)
        visitor.field("amount", &amount)
        visitor.field("occurredAt", &occurredAt)
        visitor.field("providerRef", &providerRef, for: .storage)
        visitor.field("returnId", &returnId)
        visitor.flag("final", &isFinal, for: .storage)
        visitor.flag("foreign", &isForeign, for: .storage)
        visitor.flag("retracted", &isRetracted)
    }
}
