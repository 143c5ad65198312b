package import OrderLog

/// Wakes the projector for the events of the tail; it reads them from its checkpoint on.
extension Projector: LogTailSink {
    package func begin(after seq: Int64, in history: EpochTable) { wake() }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) { wake() }

    package func fork(after seq: Int64, to history: EpochTable) { wake() }
}
