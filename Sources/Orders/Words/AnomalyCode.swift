/// The kind of contradiction that a reported fact brought.
package enum AnomalyCode: String, WireWord, PartValue {
    case currencyMismatch, overCaptured, overRefunded, returnUnknown, dispatchOnHold, dispatchBeforePayment
    case voidParcelScanned, contradictoryScan, unitsMoved, movedAfterClose, beforeOrder, deliveredAfterReturning
    case chargedBack, unannounced, receivedOther, shortageBeyondDelivered

    package var meaning: String {
        switch self {
        case .currencyMismatch: "An amount is in another currency than the order; it is in no sum."
        case .overCaptured: "A capture brings what is paid above what is due."
        case .overRefunded: "More is refunded and charged back than captured."
        case .returnUnknown: "A payment names a return that the order does not have."
        case .dispatchOnHold: "A scan shows that a parcel left while the order was on hold."
        case .dispatchBeforePayment: "A scan shows that a parcel left before enough was paid."
        case .voidParcelScanned: "A parcel that was unpacked was scanned."
        case .contradictoryScan: "A scan does not go with the parcel's delivery."
        case .unitsMoved: "A parcel's report moves units that are elsewhere by now; no units moved."
        case .movedAfterClose: "A parcel's report moves units of an order that is closed."
        case .beforeOrder: "A scan is older than the order by more than a day; it does not count."
        case .deliveredAfterReturning:
            "A delivery and a way back contradict each other; the later report has no effect."
        case .chargedBack: "The customer's bank took money back."
        case .unannounced: "Goods came back without a return that was requested."
        case .receivedOther: "Other goods came back than were approved, or the return was not open."
        case .shortageBeyondDelivered:
            "A shortage was reported of units that the parcel has not delivered; no units moved."
        }
    }
}
