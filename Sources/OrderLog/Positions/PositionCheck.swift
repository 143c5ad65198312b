/// The result of comparing a client's position with the log.
package enum PositionCheck: Sendable, Hashable {
    /// The client saw a prefix of this log and continues after this event.
    case good(Int64)
    /// The log has no such epoch: the client saw another history.
    case unknownEpoch
    /// The position is beyond the head of the current epoch.
    case ahead
    /// The position is beyond the last event of an epoch that has ended: the client saw events that no longer exist.
    case forked
}
