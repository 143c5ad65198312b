import Synchronization
import TestSupport
import Testing

@testable import OrderLog

@Suite struct SharedReadTests {
    private struct Broken: Error {}

    /// A source whose reads end when they are told to.
    private final class Source: Sendable {
        private let state = Mutex<(begun: Int, open: [CheckedContinuation<Void, Never>])>((0, []))

        var begun: Int { state.withLock { $0.begun } }

        func read() async -> Int {
            let number = state.withLock { state in
                state.begun += 1
                return state.begun
            }
            await withCheckedContinuation { continuation in state.withLock { $0.open.append(continuation) } }
            return number
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

        func ask(_ shared: SharedRead<Int>, _ source: Source) async throws {
            state.withLock { $0.asked += 1 }
            let answer = try await shared.value { await source.read() }
            state.withLock { $0.given.append(answer) }
        }
    }

    @Test func whoAsksDuringAReadSharesTheNextOne() async throws {
        let source = Source()
        let shared = SharedRead<Int>()
        async let first = shared.value { await source.read() }
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

    @Test func aReadThatFailsFailsForItsOwnAskersOnly() async throws {
        let shared = SharedRead<Int>()
        let reads = Atomic(0)
        // Whoever's read serves the second question, the first has failed by then.
        let read: @Sendable () async throws -> Int = {
            guard reads.wrappingAdd(1, ordering: .relaxed).newValue > 1 else { throw Broken() }
            return 7
        }
        await #expect(throws: Broken.self) { try await shared.value(read) }
        #expect(try await shared.value(read) == 7)
    }
}
