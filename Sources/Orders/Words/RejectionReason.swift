/// The rule by which an order refuses a command: a stable word, for programs.
package enum RejectionReason: String, WireWord {
    case orderUnknown, orderExists, orderCancelled, orderClosed, alreadyConfirmed, orderNotConfirmed, orderOnHold
    case alreadyDispatched, lineUnknown, quantityNotOpen, quantityNotReturnable, holdExists
    case holdNotOpen, parcelExists, parcelUnknown, parcelNotPacked, paymentInsufficient, nothingExpected
    case scanUnknown, scanNotCounting, returnDependsOnScan, unitsMoved, returnExists, returnUnknown
    case returnNotRequested, returnEnded, anomalyNotOpen, unitsOutstanding, returnsPending, moneyNotSettled
    case orderFull, factIdReused, totalMismatch, currencyMismatch, quantityInUse, nothingLive, adjustmentExists
    case adjustmentAboveDue, reductionAboveDue, amountTooLarge, shipToMissing, carrierMissing, parcelVoid
    case parcelNotDispatched, parcelTerminal, scanExists, shortageDependsOnScan, paymentUnknown
    case paymentRetracted, orderNotClosed, tooManyLinks

    package var meaning: String {
        switch self {
        case .orderUnknown: "There is no such order."
        case .orderExists: "An order with this id exists already."
        case .orderCancelled: "The order is cancelled and takes no more commands of this kind."
        case .orderClosed: "The order is closed and takes no more commands of this kind."
        case .alreadyConfirmed: "The order has been confirmed before."
        case .orderNotConfirmed: "The order must be confirmed first."
        case .orderOnHold: "A hold must be released first."
        case .alreadyDispatched: "The address cannot change while parcels are under way."
        case .lineUnknown: "The order has no such line."
        case .quantityNotOpen: "More units are asked for than are open."
        case .quantityNotReturnable: "More units are asked for than are delivered and not yet in a return."
        case .holdExists: "The order has had a hold of this id."
        case .holdNotOpen: "No hold of this id is open."
        case .parcelExists: "The order has had a parcel of this id."
        case .parcelUnknown: "The order has no parcel of this id."
        case .parcelNotPacked: "The parcel has left, or was unpacked."
        case .paymentInsufficient: "The order is prepaid, and less is authorized or captured than is due."
        case .nothingExpected: "Nothing is left to arrive, so there is no time to expect."
        case .scanUnknown: "The parcel has no scan of this id."
        case .scanNotCounting: "The scan has been retracted before."
        case .returnDependsOnScan: "Units that the scan delivered are in a return."
        case .unitsMoved: "Units that the scan freed were packed or cancelled since."
        case .returnExists: "The order has had a return of this id."
        case .returnUnknown: "The order has no return of this id."
        case .returnNotRequested: "The return has been decided before."
        case .returnEnded: "The return was rejected, cancelled or received before."
        case .anomalyNotOpen: "No anomaly of this event is open."
        case .unitsOutstanding: "Units are still open, packed or shipped."
        case .returnsPending: "A return is requested or approved and not received."
        case .moneyNotSettled: "Authorized money is neither captured nor voided, or what is paid is not what is due."
        case .orderFull: "The order has reached a bound of its size; commands that end things still pass."
        case .factIdReused:
            "The id of a reported fact is known with other content. Retract it, then report under a new id."
        case .totalMismatch: "The amounts of the edited order do not add up to its total."
        case .currencyMismatch: "An amount is in another currency than the order."
        case .quantityInUse: "Fewer units are asked for than are packed, shipped, delivered or cancelled."
        case .nothingLive: "The edit would leave no live unit. Cancel instead."
        case .adjustmentExists: "The order has had an adjustment of this id."
        case .adjustmentAboveDue: "The adjustment lowers by more than is due."
        case .reductionAboveDue: "The reduction is more than is due."
        case .amountTooLarge: "The amount that is due would pass 2^53 − 1 minor units."
        case .shipToMissing: "A parcel that is shipped needs a contact reference and a country."
        case .carrierMissing: "The dispatch names no carrier, and the parcel was packed without one."
        case .parcelVoid: "The parcel was unpacked."
        case .parcelNotDispatched: "The parcel has not left, and is not ready for pickup."
        case .parcelTerminal: "The parcel's journey is over."
        case .scanExists: "The parcel has an entry of this id."
        case .shortageDependsOnScan: "A shortage was reported of units that the scan delivered."
        case .paymentUnknown: "The order has no payment report of this id."
        case .paymentRetracted: "The payment report has been retracted before."
        case .orderNotClosed: "The order is not closed."
        case .tooManyLinks: "The order has as many tracking links as one may have."
        }
    }
}
