import DequeModule
import Synchronization
import Telemetry

/// The encoded spans that wait for the collector, bounded in bytes. Those that find no room are dropped and counted.
final class SpanQueue: Sendable {
    /// Spans that are sent together.
    struct Batch: Sendable, Hashable {
        /// The spans' JSON, separated by commas.
        fileprivate(set) var bytes: [UInt8] = []
        fileprivate(set) var count = 0
    }

    private struct State {
        var batches = Deque<Batch>()
        /// The bytes that wait, and those that are being sent.
        var bytes = 0
        var isClosed = false
    }

    let dropped = Counter()
    /// An element comes whenever a batch is full, and for each `wake`. For one reader.
    let wakes: AsyncStream<Void>

    private let capacity: Int
    private let batchBytes: Int
    private let wakeUp: AsyncStream<Void>.Continuation
    private let state = Mutex(State())

    /// - Parameters:
    ///   - capacity: the most bytes, those that are being sent included.
    ///   - batchBytes: the size from which a batch takes no further span.
    init(capacity: Int = 4 << 20, batchBytes: Int = 256 << 10) {
        self.capacity = capacity
        self.batchBytes = batchBytes
        (wakes, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The bytes that wait, and those that are being sent.
    var byteCount: Int { state.withLock { $0.bytes } }

    /// - Parameter span: a JSON object.
    func add(_ span: [UInt8]) {
        let isFull: Bool? = state.withLock { state in
            guard !state.isClosed, state.bytes + span.count < capacity else { return nil }
            if state.batches.last.map({ $0.bytes.count >= batchBytes }) ?? true { state.batches.append(Batch()) }
            let last = state.batches.count - 1
            if state.batches[last].count > 0 {
                state.batches[last].bytes.append(UInt8(ascii: ","))
                state.bytes += 1
            }
            state.batches[last].bytes += span
            state.batches[last].count += 1
            state.bytes += span.count
            return state.batches[last].bytes.count >= batchBytes
        }
        guard let isFull else { return dropped.increment() }
        if isFull { wakeUp.yield() }
    }

    /// Lets the reader of `wakes` look.
    func wake() { wakeUp.yield() }

    /// Takes the oldest batch. Its bytes count until `release`.
    func take() -> Batch? { state.withLock { $0.batches.popFirst() } }

    /// Puts a batch back that was not sent, before all others.
    func putBack(_ batch: Batch) {
        state.withLock { $0.batches.prepend(batch) }
    }

    /// Gives the room of a batch free, which was sent or given up.
    func release(_ batch: Batch) {
        state.withLock { $0.bytes -= batch.bytes.count }
    }

    /// Drops spans from now on.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.finish()
    }

    /// Drops and counts all that waits.
    func removeAll() {
        let left: Int = state.withLock { state in
            defer {
                state.batches.removeAll()
                state.bytes = 0
            }
            return state.batches.reduce(0) { $0 + $1.count }
        }
        dropped.increment(by: UInt64(left))
    }
}
