import DequeModule
package import OrderLog
import Synchronization

/// The events that wait to be published, bounded in bytes: where Redis is slow or away they are dropped, and edges read
/// them from the log.
package final class RelayQueue: LogTailSink {
    /// The next thing to publish.
    struct Batch: Sendable {
        let events: [LoggedEvent]
        let history: EpochTable
    }

    private struct State {
        var history = EpochTable()
        /// The last event that the tail has told of.
        var end: Int64 = 0
        var hasBegun = false
        var events: Deque<LoggedEvent> = []
        var bytes = 0

        /// - Returns: the number of events that were dropped.
        mutating func clear() -> Int {
            defer { (events, bytes) = ([], 0) }
            return events.count
        }
    }

    private let state = Mutex(State())
    private let byteLimit: Int
    private let isLeader: @Sendable () -> Bool
    private let metrics: RelayMetrics
    let wakeSignal = WakeSignal()

    /// - Parameters:
    ///   - byteLimit: the most bytes that wait; beyond, all are dropped.
    ///   - isLeader: tells whether this process publishes. Called for each batch that the tail delivers.
    package init(byteLimit: Int = 8 << 20, metrics: RelayMetrics, isLeader: @escaping @Sendable () -> Bool) {
        self.byteLimit = byteLimit
        self.metrics = metrics
        self.isLeader = isLeader
    }

    package var bytes: Int { state.withLock { $0.bytes } }

    package func begin(after seq: Int64, in history: EpochTable) {
        state.withLock { state in
            state = State()
            (state.history, state.end, state.hasBegun) = (history, seq, true)
        }
    }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) {
        let leads = isLeader()
        let dropped = state.withLock { state -> Int in
            state.history = history
            state.end = events.last?.seq ?? state.end
            guard leads else { return state.clear() }
            let bytes = events.reduce(0) { $0 + RelayRow.size($1) }
            var dropped = 0
            if state.bytes + bytes > byteLimit { dropped = state.clear() }
            guard bytes <= byteLimit else { return dropped + events.count }
            state.events.append(contentsOf: events)
            state.bytes += bytes
            return dropped
        }
        metrics.dropped(events: dropped)
        if leads { wakeSignal.wake() }
    }

    package func fork(after seq: Int64, to history: EpochTable) {
        let dropped = state.withLock { state in
            defer { (state.end, state.history) = (seq, history) }
            return state.clear()
        }
        metrics.dropped(events: dropped)
        wakeSignal.wake()
    }

    /// Takes the next events, so many as a message holds.
    ///
    /// - Returns: nil where none wait.
    func next() -> Batch? {
        state.withLock { state in
            guard !state.events.isEmpty else { return nil }
            var (events, bytes): ([LoggedEvent], Int) = ([], RelayCodec.overhead)
            while let event = state.events.first {
                let size = RelayRow.size(event)
                guard events.isEmpty || bytes + size <= RelayCodec.messageLimit else { break }
                state.events.removeFirst()
                state.bytes -= size
                bytes += size
                events.append(event)
            }
            return Batch(events: events, history: state.history)
        }
    }

    /// The head as it has been published, or dropped, and its history; nil before the tail has begun.
    var published: (head: Int64, history: EpochTable)? {
        state.withLock { state in
            guard state.hasBegun else { return nil }
            return (state.events.first.map { $0.seq - 1 } ?? state.end, state.history)
        }
    }

    /// The history that the tail knows.
    var history: EpochTable { state.withLock { $0.history } }
}
