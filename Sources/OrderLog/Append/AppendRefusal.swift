package import Orders

/// The reason why a command has no receipt. Nothing was appended, except where `unavailable` leaves that open.
package enum AppendRefusal: Error, Sendable {
    /// The caller's shops have no such order.
    case unknownOrder
    /// No parcel of the shop has the tracking number by which a scan names its parcel.
    case unknownTrackingNumber
    /// The order id is taken; the facts are nil where the caller may not see the order.
    case orderExists(OrderFacts?)
    /// The command id was used for another command.
    case commandIdReused
    /// `If-Match` named another version than the order has.
    case versionMismatch(current: Int)
    /// The domain refused the command.
    case rejected(Rejection, OrderFacts)
    /// The queue is full; nothing was tried.
    case overloaded
    /// The database did not take the command in time. Its commit may be under way, or an earlier attempt may have
    /// succeeded, so that the outcome may be unknown: send the command again under the same id.
    case unavailable
    /// The command is not known to be on a standby's disk. Where it was written, its commit is visible in the database
    /// and may be lost by a failover, so that the outcome is unknown: send the command again under the same id.
    case notDurable
    /// The database refused this command alone, by no rule that this version of Waybill knows.
    case failed
}
