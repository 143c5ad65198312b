/// Hands the tail's events on to several sinks, to each in the same order.
package struct LogTailSinks: LogTailSink {
    private let sinks: [any LogTailSink]

    package init(_ sinks: [any LogTailSink]) {
        self.sinks = sinks
    }

    package func begin(after seq: Int64, in history: EpochTable) {
        for sink in sinks { sink.begin(after: seq, in: history) }
    }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) {
        for sink in sinks { sink.publish(events, in: history) }
    }

    package func fork(after seq: Int64, to history: EpochTable) {
        for sink in sinks { sink.fork(after: seq, to: history) }
    }
}
