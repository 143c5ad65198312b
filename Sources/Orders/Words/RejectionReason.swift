/// The rule by which an order refuses a command: a stable word, for programs.
package enum RejectionReason: String, WireWord {
    case orderUnknown, orderExists, orderCancelled, orderClosed, alreadyConfirmed, orderNotConfirmed, orderOnHold
    case alreadyDispatched, lineUnknown, quantityNotOpen, quantityNotReturnable, quantityNotInReturn, holdExists
    case holdNotOpen, parcelExists, parcelUnknown, parcelNotPacked, paymentInsufficient, nothingExpected
    case scanUnknown, scanNotCounting, returnDependsOnScan, unitsMoved, returnExists, returnUnknown
    case returnNotRequested, returnNotApproved, anomalyNotOpen, unitsOutstanding, returnsPending, moneyNotSettled

    package var meaning: String {
        switch self {
        case .orderUnknown: "There is no such order."
        case .orderExists: "An order with this id exists already."
        case .orderCancelled: "The order is cancelled and takes no more commands of this kind."
        case .orderClosed: "The order is closed and takes no more commands of this kind."
        case .alreadyConfirmed: "The order has been confirmed before."
        case .orderNotConfirmed: "The order must be confirmed first."
        case .orderOnHold: "A hold must be released first."
        case .alreadyDispatched: "The address cannot change while parcels are under way or delivered."
        case .lineUnknown: "The order has no such line."
        case .quantityNotOpen: "More units are asked for than are open."
        case .quantityNotReturnable: "More units are asked for than are delivered and not yet in a return."
        case .quantityNotInReturn: "More units came than the return holds."
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
        case .returnNotApproved: "The return is not approved, or was received before."
        case .anomalyNotOpen: "No anomaly of this event is open."
        case .unitsOutstanding: "Units are still open, packed or shipped."
        case .returnsPending: "A return is requested or approved and not received."
        case .moneyNotSettled: "Authorized money is neither captured nor voided, or less is captured than is due."
        }
    }
}
