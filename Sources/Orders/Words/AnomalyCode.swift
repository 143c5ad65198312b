/// The kind of contradiction that a reported fact brought.
package enum AnomalyCode: String, WireWord, PartValue {
    case currencyMismatch, overCaptured, overRefunded, returnUnknown, dispatchOnHold, dispatchBeforePayment
    case voidParcelScanned, contradictoryScan, unitsMoved, movedAfterClose

    package var meaning: String {
        switch self {
        case .currencyMismatch: "A payment is in another currency than the order; the sums leave it out."
        case .overCaptured: "More is captured than the order's total."
        case .overRefunded: "More is refunded than captured."
        case .returnUnknown: "A payment names a return that the order does not have."
        case .dispatchOnHold: "A scan shows that a parcel left while the order was on hold."
        case .dispatchBeforePayment: "A scan shows that a parcel left before enough was paid."
        case .voidParcelScanned: "A parcel that was unpacked was scanned."
        case .contradictoryScan: "A scan does not go with the parcel's delivery."
        case .unitsMoved: "A scan moves units that are elsewhere by now; no units moved."
        case .movedAfterClose: "A scan moves units of an order that is closed."
        }
    }
}
