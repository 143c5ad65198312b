import Synchronization

/// Loads values for many callers with few reads: calls that arrive while reads are running share the next one.
///
/// The next read begins after the call, so that its value is as fresh as that of a read of the caller's own. Thousands
/// of clients that connect at once cause few reads.
package final class BatchingLoader<Key: Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct State {
        var running = 0
        var waiting: [(key: Key, waiter: Waiter)] = []
    }

    private let concurrency: Int
    private let batchLimit: Int
    private let pause: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - concurrency: the number of reads that run at once.
    ///   - batchLimit: the largest number of keys in one read.
    ///   - pause: the time between a read and the next one where a few calls came meanwhile, so that a crowd makes
    ///     fewer and larger reads. A call alone does not wait, and neither do calls that fill a large read.
    ///   - sleep: waits for the pause.
    package init(
        concurrency: Int = 1,
        batchLimit: Int = .max,
        pause: Duration = .zero,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.concurrency = concurrency
        self.batchLimit = batchLimit
        self.pause = pause
        self.sleep = sleep
    }

    /// Loads the value for a key.
    ///
    /// - Parameter load: loads the values of several keys, in the keys' order. A batch uses the closure of one of its
    ///   callers.
    package func value(
        for key: Key,
        _ load: @escaping @Sendable ([Key]) async throws -> [Value]
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append((key, continuation))
                guard state.running < concurrency else { return false }
                state.running += 1
                return true
            }
            if begins { Task { await run(load) } }
        }
    }

    private func run(_ load: @Sendable ([Key]) async throws -> [Value]) async {
        while let batch = nextBatch() {
            let values: Result<[Value], any Error>
            do {
                let loaded = try await load(batch.map(\.key))
                guard loaded.count == batch.count else {
                    throw WrongValueCount(keys: batch.count, values: loaded.count)
                }
                values = .success(loaded)
            } catch {
                values = .failure(error)
            }
            // Before the callers go on: a call that one of them makes next is no sign of a crowd.
            let isPauseDue = isPauseDue
            switch values {
            case .success(let values): for (call, value) in zip(batch, values) { call.waiter.resume(returning: value) }
            case .failure(let error): for call in batch { call.waiter.resume(throwing: error) }
            }
            if isPauseDue { try? await sleep(pause) }
        }
    }

    /// The number of calls that wait for the next read.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Tells whether several calls wait, but fewer than make a large read.
    private var isPauseDue: Bool {
        pause > .zero && 2..<Self.largeBatch ~= waitingCount
    }

    /// The number of keys from which a read costs about as much for each as a larger one.
    private static var largeBatch: Int { 32 }

    /// Takes the calls that share the next read; nil when none wait any more.
    private func nextBatch() -> [(key: Key, waiter: Waiter)]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            let batch = Array(state.waiting.prefix(batchLimit))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }
}

/// The error of a shared read that did not give one value for each key.
struct WrongValueCount: Error, CustomStringConvertible {
    let keys: Int
    let values: Int

    var description: String { "a shared read of \(keys) keys gave \(values) values" }
}
