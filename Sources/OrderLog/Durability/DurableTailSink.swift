import Synchronization

/// A sink between the log's tail and the streams that passes events on once a standby has them on its disk.
package final class DurableTailSink: LogTailSink {
    private let sink: any LogTailSink
    private let watch: StandbyWatch
    private struct State {
        var held: HeldEvents
        /// The number of the wait that is under way; nil where none is.
        var wait: Int?
        var lastWait = 0
    }

    private let state: Mutex<State>

    /// - Parameter capacity: the most bytes of events that wait.
    package init(_ sink: any LogTailSink, watch: StandbyWatch, capacity: Int) {
        self.sink = sink
        self.watch = watch
        state = Mutex(State(held: HeldEvents(capacity: capacity)))
    }

    package func begin(after seq: Int64, in history: EpochTable) {
        state.withLock { state in
            state.held.begin(after: seq, in: history)
            state.wait = nil
        }
        passOn()
    }

    package func publish(_ events: [LoggedEvent], in history: EpochTable) {
        state.withLock { $0.held.add(events, in: history) }
        passOn()
    }

    package func fork(after seq: Int64, to history: EpochTable) {
        state.withLock { state in
            if let call = state.held.fork(after: seq, to: history) { make(call) }
            // It waits for what no longer exists.
            state.wait = nil
        }
        passOn()
    }

    /// Passes on what is durable, and lets one wait pass on the rest.
    private func passOn() {
        let next: (seq: Int64, history: EpochTable, wait: Int)? = state.withLock { state in
            // The sink is called under the lock, so that it gets everything in order.
            for call in state.held.takeDurable({ self.watch.seq(in: $0) }) { make(call) }
            guard state.wait == nil, let goal = state.held.goal else { return nil }
            state.lastWait += 1
            state.wait = state.lastWait
            return (goal.seq, goal.history, state.lastWait)
        }
        guard let next else { return }
        watch.whenDurable(through: next.seq, in: next.history, until: .now + StandbyWatch.replyTimeout) { _ in
            let isLast = self.state.withLock { state in
                guard state.wait == next.wait else { return false }
                state.wait = nil
                return true
            }
            if isLast, self.watch.isOpen { self.passOn() }
        }
    }

    private func make(_ call: HeldEvents.Call) {
        switch call {
        case .begin(let seq, let history): sink.begin(after: seq, in: history)
        case .publish(let events, let history): sink.publish(events, in: history)
        case .fork(let seq, let history): sink.fork(after: seq, to: history)
        }
    }
}
