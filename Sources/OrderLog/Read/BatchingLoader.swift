import Synchronization

/// Few reads at a time for all who have a question of the same kind: whoever asks while they are under way shares the next,
/// which begins after the question and so is as fresh as one of its own. Thousands of clients that come at once cause few
/// reads.
final class BatchingLoader<Key: Sendable, Value: Sendable>: Sendable {
    private typealias Waiter = CheckedContinuation<Value, any Error>

    private struct State {
        var running = 0
        var waiting: [(key: Key, waiter: Waiter)] = []
    }

    private let width: Int
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - width: reads under way at once.
    ///   - limit: most questions that one read answers.
    init(width: Int = 1, limit: Int = .max) {
        self.width = width
        self.limit = limit
    }

    /// - Parameter read: answers questions, in their order; of those who share one, anybody's.
    func value(
        for key: Key,
        _ read: @escaping @Sendable ([Key]) async throws -> [Value]
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append((key, continuation))
                guard state.running < width else { return false }
                state.running += 1
                return true
            }
            if begins { Task { await serve(read) } }
        }
    }

    private func serve(_ read: @Sendable ([Key]) async throws -> [Value]) async {
        while let asked = next() {
            do {
                let values = try await read(asked.map(\.key))
                guard values.count == asked.count else {
                    throw UnansweredQuestions(asked: asked.count, told: values.count)
                }
                for (question, value) in zip(asked, values) { question.waiter.resume(returning: value) }
            } catch {
                for question in asked { question.waiter.resume(throwing: error) }
            }
        }
    }

    /// Those who share the next read; nil when nobody waits any more.
    private func next() -> [(key: Key, waiter: Waiter)]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.running -= 1
                return nil
            }
            let asked = Array(state.waiting.prefix(limit))
            state.waiting.removeFirst(asked.count)
            return asked
        }
    }
}

/// A shared read has not answered each of its questions.
struct UnansweredQuestions: Error, CustomStringConvertible {
    let asked: Int
    let told: Int

    var description: String { "\(asked) questions were answered with \(told) values" }
}
