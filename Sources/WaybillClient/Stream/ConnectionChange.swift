/// What becomes of a stream's connection, for who wants to show it. The client does what is needed by itself.
public enum ConnectionChange: Sendable, Hashable {
    /// The service has answered, and the stream goes on.
    ///
    /// - Parameter after: the position with which it was asked for; nil where it begins with what is now.
    case opened(after: String?)
    /// A stream that was open has ended or broken off without a `bye`.
    ///
    /// - Parameters:
    ///   - reason: what happened, in words.
    ///   - after: the position with which it goes on.
    ///   - pause: when it is asked for again.
    case lost(reason: String, after: String?, pause: Duration)
    /// The service could not be reached.
    ///
    /// - Parameters:
    ///   - reason: what happened, in words.
    ///   - pause: when the next attempt is made.
    case failed(reason: String, pause: Duration)
}
