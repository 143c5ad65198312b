/// The payment of an order: what is due, the provider's reports and their sums, in minor units of the order's currency.
package struct Payment: Sendable, Equatable {
    /// The amount that the customer has to pay in all; never below 0.
    package private(set) var due: Int64 = 0
    package private(set) var authorized: Int64 = 0
    package private(set) var captured: Int64 = 0
    package private(set) var voided: Int64 = 0
    package private(set) var refunded: Int64 = 0
    package private(set) var chargedBack: Int64 = 0
    package private(set) var chargebackReversed: Int64 = 0
    package private(set) var reports: [PaymentReport] = []
    /// Tells whether the shop closed the order with money unsettled, and neither what is paid nor what is due changed
    /// since.
    package private(set) var isWrittenOff = false
    /// The sums by provider reference, in the order of the first reports. They follow from the reports.
    private var payments: [ProviderPayment] = []
    /// The positions of the provider references in `payments`.
    private var places: [String: Int] = [:]

    /// The amount that the customer has paid and the shop still has.
    package var paid: Int64 {
        captured.addingSaturated(-refunded).addingSaturated(-chargedBack).addingSaturated(chargebackReversed)
    }

    /// The amount that is paid or reserved for the shop: enough of it lets parcels leave.
    package var secured: Int64 {
        payments.reduce(Int64(0)) { $0.addingSaturated($1.secured) }
            .addingSaturated(-refunded).addingSaturated(-chargedBack).addingSaturated(chargebackReversed)
    }

    /// The authorized amount that is neither captured nor released.
    package var outstanding: Int64 { payments.reduce(Int64(0)) { $0.addingSaturated($1.outstanding) } }

    /// Tells whether exactly what is due is paid, and nothing authorized remains.
    package var isSettled: Bool { paid == due && outstanding == 0 }

    /// The amount that the shop owes the customer.
    package var refundOwed: Int64 { isWrittenOff ? 0 : max(0, paid.addingSaturated(-due)) }

    package var status: PaymentStatus {
        if paid == due { return .full }
        if paid > due { return .over }
        return paid <= 0 ? .none : .partial
    }

    func report(_ paymentId: String) -> PaymentReport? { reports.first { $0.paymentId == paymentId } }

    /// Adds a report. One in another currency than the order's joins the list and no sum.
    mutating func add(_ report: PaymentReport, in currency: String) {
        var report = report
        report.isForeign = report.amount.currency != currency
        let before = paid
        reports.append(report)
        count(report)
        if paid != before { isWrittenOff = false }
    }

    /// Leaves a report out of the sums.
    mutating func retract(_ paymentId: String) {
        guard let index = reports.firstIndex(where: { $0.paymentId == paymentId }) else { return }
        let before = paid
        reports[index].isRetracted = true
        recount()
        if paid != before { isWrittenOff = false }
    }

    mutating func setDue(_ amount: Int64) {
        let new = max(0, amount)
        if new != due { isWrittenOff = false }
        due = new
    }

    mutating func writeOff() { isWrittenOff = true }

    mutating func endWriteOff() { isWrittenOff = false }

    private mutating func recount() {
        (authorized, captured, voided, refunded) = (0, 0, 0, 0)
        (chargedBack, chargebackReversed, payments, places) = (0, 0, [], [:])
        for report in reports { count(report) }
    }

    private mutating func count(_ report: PaymentReport) {
        guard report.counts else { return }
        let amount = report.amount.amount
        switch report.kind {
        case .authorized: authorized = authorized.addingSaturated(amount)
        case .captured: captured = captured.addingSaturated(amount)
        case .voided: voided = voided.addingSaturated(amount)
        case .refunded: refunded = refunded.addingSaturated(amount)
        case .chargedBack: chargedBack = chargedBack.addingSaturated(amount)
        case .chargebackReversed: chargebackReversed = chargebackReversed.addingSaturated(amount)
        case .failed: return
        }
        let place = places[report.providerRef] ?? payments.count
        if place == payments.count {
            places[report.providerRef] = place
            payments.append(ProviderPayment())
        }
        payments[place].add(report)
    }
}

extension Payment: OrderPart {
    static var blank: Payment { Payment() }

    static let meanings = [
        "status": "What is paid against what is due.",
        "due": "The amount that the customer has to pay in all, less what was cancelled or came back.",
        "authorized": "The sum of the authorized amounts.",
        "captured": "The sum of the captured amounts.",
        "voided": "The sum of the voided amounts.",
        "refunded": "The sum of the refunded amounts.",
        "chargedBack": "The sum of the amounts that the customer's bank took back.",
        "chargebackReversed": "The sum of the taken back amounts that came back to the shop.",
        "refundOwed": "The amount that the shop owes the customer.",
        "reports": "The reports in the order in which they arrived.",
    ]

    static var schemaName: String? { "Payment" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.computed("status", status)
        visitor.amount("due", &due, isSum: true)
        visitor.amount("authorized", &authorized, isSum: true)
        visitor.amount("captured", &captured, isSum: true)
        visitor.amount("voided", &voided, isSum: true)
        visitor.amount("refunded", &refunded, isSum: true)
        visitor.amount("chargedBack", &chargedBack, isSum: true)
        visitor.amount("chargebackReversed", &chargebackReversed, isSum: true)
        visitor.computedAmount("refundOwed", refundOwed)
        visitor.flag("writtenOff", &isWrittenOff, for: .storage)
        visitor.parts("reports", &reports, storesEmpty: true)
    }

    mutating func completeReading() { recount() }
}
