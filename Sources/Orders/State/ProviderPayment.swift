/// The sums of one payment at one provider: of all reports with one `providerRef`, in minor units.
struct ProviderPayment: Sendable, Equatable {
    private(set) var authorized: Int64 = 0
    private(set) var captured: Int64 = 0
    private(set) var voided: Int64 = 0
    /// Tells whether a capture said that it was the last one.
    private(set) var isFinal = false

    mutating func add(_ report: PaymentReport) {
        let amount = report.amount.amount
        switch report.kind {
        case .authorized: authorized = authorized.addingSaturated(amount)
        case .captured:
            captured = captured.addingSaturated(amount)
            isFinal = isFinal || report.isFinal
        case .voided: voided = voided.addingSaturated(amount)
        case .failed, .refunded, .chargedBack, .chargebackReversed: break
        }
    }

    /// The amount that the payment secures, before refunds.
    var secured: Int64 { isFinal ? captured : max(authorized.addingSaturated(-voided), captured) }

    /// The authorized amount that is neither captured nor voided nor released by a final capture.
    var outstanding: Int64 {
        isFinal ? 0 : max(0, authorized.addingSaturated(-voided).addingSaturated(-captured))
    }
}
