import Synchronization

/// Commands that wait for the next batch. Bounded: what does not fit is refused at once, never kept in memory.
final class AppendQueue: Sendable {
    /// One waiting command and the caller to answer.
    struct Entry: Sendable {
        let submission: Submission
        let deadline: ContinuousClock.Instant
        let reply: CheckedContinuation<Result<CommandReceipt, AppendRefusal>, Never>
        /// Accepted in an attempt whose commit may or may not have happened.
        var maybeCommitted = false
    }

    private struct State {
        var waiting: [Entry] = []
        var consumer: CheckedContinuation<Void, Never>?
        var closed = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var count: Int { state.withLock { $0.waiting.count } }

    /// Queues the entry, or hands back why not.
    func push(_ entry: Entry) -> AppendRefusal? {
        let (refusal, consumer): (AppendRefusal?, CheckedContinuation<Void, Never>?) = state.withLock { state in
            guard !state.closed else { return (.unavailable, nil) }
            guard state.waiting.count < capacity else { return (.overloaded, nil) }
            state.waiting.append(entry)
            defer { state.consumer = nil }
            return (nil, state.consumer)
        }
        consumer?.resume()
        return refusal
    }

    /// Waits for commands and takes up to `limit` in order of arrival; nil once closed and empty.
    func next(limit: Int) async -> [Entry]? {
        while true {
            let (batch, closed): ([Entry], Bool) = state.withLock { state in
                let batch = Array(state.waiting.prefix(limit))
                state.waiting.removeFirst(batch.count)
                return (batch, state.closed)
            }
            if !batch.isEmpty { return batch }
            if closed { return nil }
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if !state.waiting.isEmpty || state.closed { return true }
                    state.consumer = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        }
    }

    /// Takes no more; what waits is still handed out.
    func close() {
        let consumer = state.withLock { state in
            state.closed = true
            defer { state.consumer = nil }
            return state.consumer
        }
        consumer?.resume()
    }
}
