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

    @Test func whoAsksDuringAReadSharesTheNextOne() async throws {
        let source = Source()
        let shared = SharedRead<Int>()
        async let first = shared.value { await source.read() }
        #expect(try await eventually { source.begun == 1 })
        let asked = Mutex(0)
        let answers = Mutex<[Int]>([])
        for _ in 0..<50 {
            Task {
                asked.withLock { $0 += 1 }
                let answer = try await shared.value { await source.read() }
                answers.withLock { $0.append(answer) }
            }
        }
        #expect(try await eventually { asked.withLock { $0 } == 50 })
        #expect(source.begun == 1, "one read at a time")
        #expect(try await eventually { source.end() })
        #expect(try await first == 1)
        let isAnswered = try await eventually {
            _ = source.end()
            return answers.withLock { $0.count } == 50
        }
        #expect(isAnswered)
        // Nobody is told what was read before the question; some ask so late that they need a read more.
        #expect(answers.withLock { !$0.contains(1) })
        #expect(source.begun < 10)
    }

    @Test func aReadThatFailsFailsForItsOwnAskersOnly() async throws {
        let shared = SharedRead<Int>()
        await #expect(throws: Broken.self) { try await shared.value { throw Broken() } }
        #expect(try await shared.value { 7 } == 7)
    }
}
