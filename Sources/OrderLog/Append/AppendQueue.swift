import DequeModule
import Synchronization

/// Commands that wait for the next batch, in two lanes: those of requests with one command, and those of bulk requests.
///
/// Bounded: a single command that does not fit is refused at once, a bulk one waits for room. While both lanes wait they
/// share a batch, so that an import neither delays the others' commands nor stands still for them.
final class AppendQueue: Sendable {
    /// One waiting command and where its answer goes.
    struct Entry: Sendable {
        let submission: Submission
        let deadline: ContinuousClock.Instant
        let ticket = PendingReceipt()
        /// Accepted in an attempt whose commit may or may not have happened.
        var maybeCommitted = false

        /// Whether the log may know the command's id.
        var isLookedUp: Bool { submission.mayBeRepeated || maybeCommitted }
    }

    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State {
        var singles = Deque<Entry>()
        var bulk = Deque<Entry>()
        var consumer: Waiter?
        /// Those who wait for room in the bulk lane.
        var senders = Deque<Waiter>()
        var closed = false
    }

    private enum Push {
        case done(wake: Waiter?)
        case full
        case closed
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let bulkCapacity: Int

    init(capacity: Int, bulkCapacity: Int) {
        self.capacity = capacity
        self.bulkCapacity = bulkCapacity
    }

    var count: Int { state.withLock { $0.singles.count + $0.bulk.count } }

    /// Queues a single command, or says why not.
    func push(_ entry: Entry) -> AppendRefusal? {
        switch add(entry, to: \.singles, capacity) {
        case .closed: return .unavailable
        case .full: return .overloaded
        case .done(let consumer):
            consumer?.resume()
            return nil
        }
    }

    /// Queues a command of a bulk request, once there is room, or says why not. One sender's commands keep their order.
    func pushBulk(_ entry: Entry) async -> AppendRefusal? {
        while true {
            switch add(entry, to: \.bulk, bulkCapacity) {
            case .closed: return .unavailable
            case .done(let consumer):
                consumer?.resume()
                return nil
            case .full: await room()
            }
        }
    }

    private func add(_ entry: Entry, to lane: WritableKeyPath<State, Deque<Entry>>, _ capacity: Int) -> Push {
        state.withLock { state in
            guard !state.closed else { return .closed }
            guard state[keyPath: lane].count < capacity else { return .full }
            state[keyPath: lane].append(entry)
            defer { state.consumer = nil }
            return .done(wake: state.consumer)
        }
    }

    private func room() async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.bulk.count < bulkCapacity || state.closed { return true }
                state.senders.append(continuation)
                return false
            }
            if ready { continuation.resume() }
        }
    }

    /// What the next batch would hold if it were taken now.
    func peek(limit: Int) -> [Entry] {
        state.withLock { state in
            let (singles, bulk) = Self.shares(limit, state)
            return Array(state.singles.prefix(singles)) + Array(state.bulk.prefix(bulk))
        }
    }

    /// Waits for commands and takes up to `limit`, each lane's in order of arrival; nil once closed and empty.
    func next(limit: Int) async -> [Entry]? {
        while true {
            let (batch, senders, closed): ([Entry], [Waiter], Bool) = state.withLock { state in
                let batch = Self.take(limit, from: &state)
                let room = min(state.senders.count, max(bulkCapacity - state.bulk.count, 0))
                let senders = Array(state.senders.prefix(room))
                state.senders.removeFirst(room)
                return (batch, senders, state.closed)
            }
            for sender in senders { sender.resume() }
            if !batch.isEmpty { return batch }
            if closed { return nil }
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if !state.singles.isEmpty || !state.bulk.isEmpty || state.closed { return true }
                    state.consumer = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        }
    }

    /// Single commands first; what they leave, and never less than half where there are so many, goes to the bulk lane.
    private static func shares(_ limit: Int, _ state: State) -> (singles: Int, bulk: Int) {
        let bulk = min(state.bulk.count, max(limit - state.singles.count, limit / 2))
        return (min(state.singles.count, limit - bulk), bulk)
    }

    private static func take(_ limit: Int, from state: inout State) -> [Entry] {
        let (singles, bulk) = shares(limit, state)
        let batch = Array(state.singles.prefix(singles)) + Array(state.bulk.prefix(bulk))
        state.singles.removeFirst(singles)
        state.bulk.removeFirst(bulk)
        return batch
    }

    /// Takes no more; what waits is still handed out.
    func close() {
        let waiters = state.withLock { state in
            state.closed = true
            defer {
                state.consumer = nil
                state.senders.removeAll()
            }
            return Array(state.senders) + (state.consumer.map { [$0] } ?? [])
        }
        for waiter in waiters { waiter.resume() }
    }
}
