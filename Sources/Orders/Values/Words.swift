/// The life of an order as a whole. Holds stand beside it.
package enum Lifecycle: String, Sendable, CaseIterable {
    case placed, confirmed, cancelled, closed
}

/// When the goods are paid for.
package enum Terms: String, Sendable, CaseIterable {
    case prepaid, onDelivery
}

package enum CancelReason: String, Sendable, CaseIterable {
    case customer, fraud, stock, payment, other

    /// What the customer reads: a suspicion of fraud is not shown.
    var shown: CancelReason { self == .fraud ? .other : self }
}

package enum HoldReason: String, Sendable, CaseIterable {
    case payment, fraud, address, stock, other

    /// What the customer reads: a suspicion of fraud is not shown.
    var shown: HoldReason { self == .fraud ? .other : self }
}

/// Who says that a parcel comes sooner or later.
package enum EtaSource: String, Sendable, CaseIterable {
    case carrier, shop
}

/// What a carrier's scan says.
package enum ScanCode: String, Sendable, CaseIterable {
    case inTransit, outForDelivery, readyForPickup, attemptFailed, exception, delivered, returning, returnedToSender
    case lost
}

/// On whose side a delivery failed.
package enum FailureReason: String, Sendable, CaseIterable {
    case carrier, retailer, recipient, customs, weather, address, other
}

package enum PaymentKind: String, Sendable, CaseIterable {
    case authorized, captured, voided, failed, refunded
}

package enum ReturnStatus: String, Sendable, CaseIterable {
    case requested, approved, rejected, received
}

/// For whom a note is.
package enum NoteVisibility: String, Sendable, CaseIterable {
    case staff, customer
}
