/// An observer of the events that this process's appender commits.
package protocol CommitObserver: Sendable {
    /// Called before a batch of events is committed; `commitEnded` follows in any case.
    func commitBegins()

    /// Called when the commit has succeeded or failed, before the batch's commands are answered.
    ///
    /// - Parameters:
    ///   - events: the committed events; empty where nothing was committed, or where the outcome is unknown.
    ///   - history: the history that the events belong to.
    func commitEnded(_ events: [LoggedEvent], in history: EpochTable)
}
