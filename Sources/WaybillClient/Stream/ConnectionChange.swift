/// A change of a stream's connection, to show or to log.
///
/// The client reconnects by itself; the observer that is given to ``WaybillClient/events(of:onConnectionChange:)`` has
/// nothing to do.
public enum ConnectionChange: Sendable, Hashable {
    /// The service has answered, and the stream goes on.
    ///
    /// - Parameter after: the position with which the stream was requested; nil where it begins with the present state.
    case opened(after: String?)
    /// An open stream has ended or broken off without a `bye`.
    ///
    /// - Parameters:
    ///   - reason: the cause, as a text for people.
    ///   - after: the position after which the stream is resumed; nil where it begins with the present state.
    ///   - delay: the time until the next attempt.
    case lost(reason: String, after: String?, delay: Duration)
    /// An attempt to connect has failed.
    ///
    /// - Parameters:
    ///   - reason: the cause, as a text for people.
    ///   - delay: the time until the next attempt.
    case failed(reason: String, delay: Duration)
}
