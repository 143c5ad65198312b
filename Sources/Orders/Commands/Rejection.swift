/// Why an order refuses a command: one word for each rule, stable, for programs.
package enum RejectionReason: String, Sendable, CaseIterable {
    /// No such order.
    case orderUnknown
    /// `placeOrder` with the id of an order that is there.
    case orderExists
    case orderCancelled
    case orderClosed
    /// `confirmOrder` for the second time.
    case alreadyConfirmed
    /// The order must be confirmed first.
    case orderNotConfirmed
    case orderOnHold
    /// The address cannot change while parcels are under way or delivered.
    case alreadyDispatched
    case lineUnknown
    /// More units than are open.
    case quantityNotOpen
    /// More units than are delivered and not yet in a return.
    case quantityNotReturnable
    /// More units came than the return holds.
    case quantityNotInReturn
    case holdExists
    case holdNotOpen
    case parcelExists
    case parcelUnknown
    case parcelNotPacked
    /// Prepaid, and not enough is authorized or captured.
    case paymentInsufficient
    /// Nothing is under way any more for which there could be an expected time.
    case nothingExpected
    case scanUnknown
    /// The scan has been retracted before.
    case scanNotCounting
    case returnDependsOnScan
    /// Units that the scan freed were packed or cancelled since.
    case unitsMoved
    case returnExists
    case returnUnknown
    case returnNotRequested
    case returnNotApproved
    case anomalyNotOpen
    /// Units are still open, packed or shipped.
    case unitsOutstanding
    case returnsPending
    case moneyNotSettled
}

/// An order's refusal of a command. The state is as it was.
package struct Rejection: Error, Sendable, Equatable {
    package let reason: RejectionReason
    /// For humans; may name ids and quantities, and changes freely.
    package let message: String

    init(_ reason: RejectionReason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
