/// The receiver of a growing log: it gets the events in order, without gaps, each once.
package protocol LogTailSink: Sendable {
    /// Tells that the tail begins after this event.
    func begin(after seq: Int64, in history: EpochTable)
    /// Delivers the next events of the log.
    func publish(_ events: [LoggedEvent], in history: EpochTable)
    /// Tells that the events after `seq` no longer exist; the next events follow `seq` in another history.
    func fork(after seq: Int64, to history: EpochTable)
}
