package import OrderLog

/// Takes the events of the process's tail, and folds them at the projector's own pace.
extension Projector: LogTailSink {
    package func begin(after seq: Int64, in history: EpochTable) { take([], in: history) }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) { take(events, in: history) }

    package func fork(after seq: Int64, to history: EpochTable) { take([], in: history) }
}
