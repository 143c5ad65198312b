import DequeModule
import Foundation
import Synchronization

/// The commands that wait for the next batch, in two lanes: those of requests with one command, and those of bulk
/// requests.
///
/// The lanes are bounded in commands and bytes: a single command that does not fit is refused at once, a bulk command
/// waits for room. Both lanes share each batch, so that an import neither delays single commands nor stops for them.
final class AppendQueue: Sendable {
    /// One waiting command and its pending answer.
    struct Entry: Sendable {
        let submission: Submission
        let deadline: ContinuousClock.Instant
        var pendingReceipt = PendingReceipt()
        /// The time at which the command came.
        var queuedAt: ContinuousClock.Instant { pendingReceipt.began }
        /// The command belongs to a bulk request, whose sender waits for the database.
        var isBulk = false
        /// The log's last event before the first attempt that accepted the command and whose commit may or may not have
        /// happened; nil without such an attempt.
        var attemptedAfter: Int64?
        /// The command ran alone, and a statement took too long.
        var wasTimedOut = false

        /// Takes note of an attempt that accepted the command and whose commit may or may not have happened.
        mutating func note(attemptAfter seq: Int64) { attemptedAfter = min(attemptedAfter ?? seq, seq) }

        /// The command was accepted in an attempt whose commit may or may not have happened.
        var maybeCommitted: Bool { attemptedAfter != nil }
        /// The log may know the command's id, so that the id has to be looked up.
        var mayBeKnown: Bool { submission.mayBeRepeated || maybeCommitted }
        /// The order of which the log may know; nil for one whose id was made for this very command.
        var knownOrderId: UUID? { submission.isOrderIdGenerated && !maybeCommitted ? nil : submission.orderId }
    }

    /// The bounds of a lane or a batch, in commands and in bytes of their JSON. A lane or batch without commands takes
    /// one of any size.
    struct Bounds {
        let count: Int
        let bytes: Int
    }

    private struct Lane {
        private(set) var entries = Deque<Entry>()
        private var byteCount = 0
        private let bounds: Bounds

        init(_ bounds: Bounds) {
            self.bounds = bounds
        }

        var count: Int { entries.count }
        /// The size of all commands' JSON.
        var bytes: Int { byteCount }
        var isEmpty: Bool { entries.isEmpty }
        /// The number of commands for which there is room as far as their number goes.
        var room: Int { max(0, bounds.count - count) }
        var isFull: Bool { count >= bounds.count || byteCount >= bounds.bytes }

        mutating func append(_ entry: Entry) {
            entries.append(entry)
            byteCount += entry.submission.byteCount
        }

        /// The first commands that fit bounds, in number and bytes; the first one fits any bound of bytes.
        func share(of bounds: Bounds) -> Bounds {
            var (count, bytes) = (0, 0)
            for index in entries.indices.prefix(bounds.count) {
                let sum = bytes + entries[index].submission.byteCount
                guard count == 0 || sum <= bounds.bytes else { break }
                (count, bytes) = (count + 1, sum)
            }
            return Bounds(count: count, bytes: bytes)
        }

        mutating func take(_ limit: Int) -> [Entry] {
            let taken = Array(entries.prefix(limit))
            entries.removeFirst(taken.count)
            for entry in taken { byteCount -= entry.submission.byteCount }
            return taken
        }
    }

    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State {
        var singles: Lane
        var bulk: Lane
        var consumer: Waiter?
        /// Senders that wait for room in the bulk lane.
        var senders = Deque<Waiter>()
        var closed = false
    }

    private enum PushResult {
        case done(wake: Waiter?)
        case full
        case closed
    }

    private let state: Mutex<State>

    init(singles: Bounds, bulk: Bounds) {
        state = Mutex(State(singles: Lane(singles), bulk: Lane(bulk)))
    }

    /// The numbers of commands in each lane.
    var counts: LogGauges.Backlog { state.withLock { ($0.singles.count, $0.bulk.count) } }

    /// Queues a single command.
    ///
    /// - Returns: the reason why the command was not queued; nil when it was.
    func push(_ entry: Entry) -> AppendRefusal? {
        switch add(entry, to: \.singles) {
        case .closed: return .unavailable
        case .full: return .overloaded
        case .done(let consumer):
            consumer?.resume()
            return nil
        }
    }

    /// Queues a command of a bulk request as soon as there is room. One sender's commands keep their order.
    ///
    /// - Returns: the reason why the command was not queued; nil when it was.
    func pushBulk(_ entry: Entry) async -> AppendRefusal? {
        var entry = entry
        entry.isBulk = true
        while true {
            switch add(entry, to: \.bulk) {
            case .closed: return .unavailable
            case .done(let consumer):
                consumer?.resume()
                return nil
            case .full: await waitForRoom()
            }
        }
    }

    private func add(_ entry: Entry, to lane: WritableKeyPath<State, Lane>) -> PushResult {
        state.withLock { state in
            guard !state.closed else { return .closed }
            guard !state[keyPath: lane].isFull else { return .full }
            state[keyPath: lane].append(entry)
            defer { state.consumer = nil }
            return .done(wake: state.consumer)
        }
    }

    private func waitForRoom() async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if !state.bulk.isFull || state.closed { return true }
                state.senders.append(continuation)
                return false
            }
            if ready { continuation.resume() }
        }
    }

    /// The commands that the next batch would hold if it were taken now.
    func peek(limit: Bounds) -> [Entry] {
        state.withLock { state in
            let (singles, bulk) = Self.shares(of: limit, in: state)
            return Array(state.singles.entries.prefix(singles)) + Array(state.bulk.entries.prefix(bulk))
        }
    }

    /// The single commands that came before a moment, and wait.
    func singles(queuedBefore moment: ContinuousClock.Instant) -> [Entry] {
        state.withLock { Array($0.singles.entries.prefix { $0.queuedAt < moment }) }
    }

    /// Takes the single commands that came before a moment out of the queue.
    func removeSingles(queuedBefore moment: ContinuousClock.Instant) -> [Entry] {
        state.withLock { state in
            state.singles.take(state.singles.entries.prefix { $0.queuedAt < moment }.count)
        }
    }

    /// Takes up to `limit` commands, each lane's in order of arrival, without waiting for any.
    func more(limit: Bounds) -> [Entry] { takeWaiting { Self.shares(of: limit, in: $0) }.batch }

    /// Takes as many commands of each lane as `peek` gave: the same ones, unless some were removed meanwhile.
    func take(peeked entries: [Entry]) -> [Entry] {
        let bulk = entries.count(where: \.isBulk)
        return takeWaiting { _ in (entries.count - bulk, bulk) }.batch
    }

    private func takeWaiting(_ shares: (State) -> (singles: Int, bulk: Int)) -> (batch: [Entry], closed: Bool) {
        let (batch, senders, closed): ([Entry], [Waiter], Bool) = state.withLock { state in
            let (singles, bulk) = shares(state)
            let batch = state.singles.take(singles) + state.bulk.take(bulk)
            // Senders that find the lane full again wait again.
            let room = state.bulk.isFull ? 0 : min(state.senders.count, state.bulk.room)
            let senders = Array(state.senders.prefix(room))
            state.senders.removeFirst(room)
            return (batch, senders, state.closed)
        }
        for sender in senders { sender.resume() }
        return (batch, closed)
    }

    /// Waits for commands and takes up to `limit` of them, each lane's in order of arrival.
    ///
    /// - Returns: nil when the queue is closed and empty.
    func next(limit: Bounds) async -> [Entry]? {
        while true {
            let (batch, closed) = takeWaiting { Self.shares(of: limit, in: $0) }
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

    /// The numbers of commands that a batch takes of each lane. Single commands go first; the bulk lane gets the rest,
    /// and at least half of the batch where it has so many.
    private static func shares(of limit: Bounds, in state: State) -> (singles: Int, bulk: Int) {
        let bulk = state.bulk.share(
            of: Bounds(
                count: max(limit.count - state.singles.count, limit.count / 2),
                bytes: max(limit.bytes - state.singles.bytes, limit.bytes / 2)
            )
        )
        let rest = Bounds(count: limit.count - bulk.count, bytes: limit.bytes - bulk.bytes)
        return (state.singles.share(of: rest).count, bulk.count)
    }

    /// Refuses further commands; those that wait are still taken by `next`.
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
