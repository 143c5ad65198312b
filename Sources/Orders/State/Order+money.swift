extension Order {
    /// The amount that the customer has to pay: the total less the goods that were cancelled, at least 0.
    package var due: Int64 {
        let cancelled = lines.reduce(Int64(0)) {
            $0.addingSaturated($1.unitPrice.multipliedSaturated(by: Int64($1.cancelled)))
        }
        return max(0, total.addingSaturated(-cancelled))
    }

    /// Tells whether enough is authorized or captured for a parcel to leave.
    package var isPaidEnough: Bool {
        terms == .onDelivery || max(payment.authorized.addingSaturated(-payment.voided), payment.captured) >= due
    }

    /// Tells whether everything authorized was captured or voided, and everything due captured.
    package var isSettled: Bool {
        payment.captured.addingSaturated(payment.voided) >= payment.authorized && payment.captured >= due
    }
}
