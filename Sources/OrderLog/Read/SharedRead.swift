import Synchronization

/// One read at a time for all who want to know the same: whoever asks while a read is under way shares the next, which
/// begins after the question and so is as fresh as one of its own. Thousands of clients that come at once cause few reads.
final class SharedRead<Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct State {
        var isReading = false
        var waiting: [Waiter] = []
    }

    private let state = Mutex(State())

    /// - Parameter read: makes the read; of those who share one, anybody's.
    func value(_ read: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append(continuation)
                defer { state.isReading = true }
                return !state.isReading
            }
            if begins { Task { await serve(read) } }
        }
    }

    private func serve(_ read: @Sendable () async throws -> Value) async {
        while let waiters = next() {
            let result: Result<Value, any Error>
            do {
                result = .success(try await read())
            } catch {
                result = .failure(error)
            }
            for waiter in waiters { waiter.resume(with: result) }
        }
    }

    /// Those who share the next read; nil when nobody waits any more.
    private func next() -> [Waiter]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isReading = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
