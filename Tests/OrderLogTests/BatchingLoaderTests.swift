import Synchronization
import TestSupport
import Testing

@testable import OrderLog

@Suite struct BatchingLoaderTests {
    private struct Broken: Error {}

    /// A source whose reads end when they are told to.
    private final class Source: Sendable {
        private let state = Mutex<(begun: Int, open: [CheckedContinuation<Void, Never>])>((0, []))

        var begun: Int { state.withLock { $0.begun } }

        func read(_ questions: [Void]) async -> [Int] {
            let number = state.withLock { state in
                state.begun += 1
                return state.begun
            }
            await withCheckedContinuation { continuation in state.withLock { $0.open.append(continuation) } }
            return questions.map { number }
        }

        /// - Returns: whether a read was under way.
        func end() -> Bool {
            let open = state.withLock { $0.open.popLast() }
            open?.resume()
            return open != nil
        }
    }

    /// What became of many questions.
    private final class Answers: Sendable {
        private let state = Mutex<(asked: Int, given: [Int])>((0, []))

        var asked: Int { state.withLock { $0.asked } }
        var given: [Int] { state.withLock { $0.given } }

        func ask(_ shared: BatchingLoader<Void, Int>, _ source: Source) async throws {
            state.withLock { $0.asked += 1 }
            let answer = try await shared.value(for: ()) { await source.read($0) }
            state.withLock { $0.given.append(answer) }
        }
    }

    @Test func whoAsksDuringAReadSharesTheNextOne() async throws {
        let source = Source()
        let shared = BatchingLoader<Void, Int>()
        async let first = shared.value(for: ()) { await source.read($0) }
        #expect(try await eventually { source.begun == 1 })
        let answers = Answers()
        for _ in 0..<50 { Task { try await answers.ask(shared, source) } }
        #expect(try await eventually { answers.asked == 50 })
        #expect(source.begun == 1, "one read at a time")
        #expect(try await eventually { source.end() })
        #expect(try await first == 1)
        let isAnswered = try await eventually {
            _ = source.end()
            return answers.given.count == 50
        }
        #expect(isAnswered)
        // Nobody is told what was read before the question; some ask so late that they need a read more.
        #expect(!answers.given.contains(1))
        #expect(source.begun < 10)
    }

    private final class Largest: Sendable {
        private let state = Mutex(0)

        var seen: Int { state.withLock { $0 } }
        func see(_ count: Int) { state.withLock { $0 = max($0, count) } }
    }

    @Test func eachQuestionGetsItsOwnAnswerWithinTheLimit() async throws {
        let shared = BatchingLoader<Int, Int>(width: 2, limit: 3)
        let largest = Largest()
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for key in 0..<200 {
                group.addTask {
                    let answer = try await shared.value(for: key) { keys in
                        largest.see(keys.count)
                        await Task.yield()
                        return keys.map { $0 * 2 }
                    }
                    return (key, answer)
                }
            }
            for try await (key, answer) in group { #expect(answer == key * 2) }
        }
        #expect((1...3).contains(largest.seen))
    }

    @Test func answersThatAreMissingAreAnError() async throws {
        let shared = BatchingLoader<Int, Int>()
        await #expect(throws: UnansweredQuestions.self) { try await shared.value(for: 1) { _ in [] } }
    }

    @Test func aReadThatFailsFailsForItsOwnAskersOnly() async throws {
        let shared = BatchingLoader<Void, Int>()
        let reads = Atomic(0)
        // Whoever's read serves the second question, the first has failed by then.
        let read: @Sendable ([Void]) async throws -> [Int] = { questions in
            guard reads.wrappingAdd(1, ordering: .relaxed).newValue > 1 else { throw Broken() }
            return questions.map { 7 }
        }
        await #expect(throws: Broken.self) { try await shared.value(for: (), read) }
        #expect(try await shared.value(for: (), read) == 7)
    }
}
