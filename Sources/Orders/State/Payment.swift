/// One report of a payment provider.
package struct PaymentReport: Sendable, Equatable {
    package let paymentId: String
    package let kind: PaymentKind
    package let amount: Money
    package let occurredAt: Timestamp
    /// For staff only; joins the reports of one payment.
    package let providerRef: String
    package let returnId: String?
}

/// What was reported of an order's payments, and the sums of it, in minor units of the order's currency.
package struct Payment: Sendable, Equatable {
    package internal(set) var authorized: Int64 = 0
    package internal(set) var captured: Int64 = 0
    package internal(set) var voided: Int64 = 0
    package internal(set) var refunded: Int64 = 0
    package internal(set) var reports: [PaymentReport] = []

    /// Reports in another currency stay in the list and out of the sums.
    mutating func add(_ report: PaymentReport, in currency: String) {
        reports.append(report)
        guard report.amount.currency == currency else { return }
        let amount = report.amount.amount
        switch report.kind {
        case .authorized: authorized = authorized.addingSaturated(amount)
        case .captured: captured = captured.addingSaturated(amount)
        case .voided: voided = voided.addingSaturated(amount)
        case .refunded: refunded = refunded.addingSaturated(amount)
        case .failed: break
        }
    }
}

extension Order {
    /// What the customer has to pay: the total less the goods that were cancelled, at least 0.
    package var due: Int64 {
        let cancelled = lines.reduce(Int64(0)) {
            $0.addingSaturated($1.unitPrice.multipliedSaturated(by: Int64($1.cancelled)))
        }
        return max(0, total.addingSaturated(-cancelled))
    }

    /// Whether a parcel may leave as far as money goes.
    package var isPaidEnough: Bool {
        terms == .onDelivery || max(payment.authorized.addingSaturated(-payment.voided), payment.captured) >= due
    }

    /// Whether everything authorized was captured or voided, and everything due captured.
    package var isSettled: Bool {
        payment.captured.addingSaturated(payment.voided) >= payment.authorized && payment.captured >= due
    }
}
