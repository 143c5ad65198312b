/// Who wants to know of the events that an appender of this process commits.
package protocol CommitObserver: Sendable {
    /// A batch of events is about to be committed; `commitEnded` follows, whatever comes of it.
    func commitBegins()

    /// The batch is over.
    ///
    /// - Parameters:
    ///   - events: those that were committed; empty where none were, or nobody knows.
    ///   - history: the one that they belong to.
    func commitEnded(_ events: [LoggedEvent], in history: EpochTable)
}
