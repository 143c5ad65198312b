/// The payment reports of an order and their sums, in minor units of the order's currency.
package struct Payment: Sendable, Equatable {
    package internal(set) var authorized: Int64 = 0
    package internal(set) var captured: Int64 = 0
    package internal(set) var voided: Int64 = 0
    package internal(set) var refunded: Int64 = 0
    package internal(set) var reports: [PaymentReport] = []

    /// Adds a report. One in another currency joins the list and no sum.
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

extension Payment: OrderPart {
    static var blank: Payment { Payment() }

    static let meanings = [
        "authorized": "The sum of the authorized amounts.",
        "captured": "The sum of the captured amounts.",
        "voided": "The sum of the voided amounts.",
        "refunded": "The sum of the refunded amounts.",
        "reports": "The reports in the order in which they arrived.",
    ]

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.amount("authorized", &authorized, isSum: true)
        visitor.amount("captured", &captured, isSum: true)
        visitor.amount("voided", &voided, isSum: true)
        visitor.amount("refunded", &refunded, isSum: true)
        visitor.parts("reports", &reports, storesEmpty: true)
    }
}
