import Synchronization
import TestSupport
import Testing

@testable import OrderLog

@Suite struct BatchingLoaderTests {
    private struct Broken: Error {}

    /// A source whose reads end on demand.
    private final class Source: Sendable {
        private let state = Mutex<(begun: Int, open: [CheckedContinuation<Void, Never>])>((0, []))

        var begun: Int { state.withLock { $0.begun } }

        func read(_ keys: [Void]) async -> [Int] {
            let number = state.withLock { state in
                state.begun += 1
                return state.begun
            }
            await withCheckedContinuation { continuation in state.withLock { $0.open.append(continuation) } }
            return keys.map { number }
        }

        /// Ends a read.
        ///
        /// - Returns: false when no read was running.
        func endRead() -> Bool {
            let open = state.withLock { $0.open.popLast() }
            open?.resume()
            return open != nil
        }
    }

    /// The outcomes of many calls.
    private final class Outcomes: Sendable {
        private let state = Mutex<(calls: Int, values: [Int])>((0, []))

        var calls: Int { state.withLock { $0.calls } }
        var values: [Int] { state.withLock { $0.values } }

        func call(_ loader: BatchingLoader<Void, Int>, _ source: Source) async throws {
            state.withLock { $0.calls += 1 }
            let value = try await loader.value(for: ()) { await source.read($0) }
            state.withLock { $0.values.append(value) }
        }
    }

    @Test func callersDuringAReadShareTheNextOne() async throws {
        let source = Source()
        let loader = BatchingLoader<Void, Int>()
        async let first = loader.value(for: ()) { await source.read($0) }
        #expect(try await eventually { source.begun == 1 })
        let outcomes = Outcomes()
        for _ in 0..<50 { Task { try await outcomes.call(loader, source) } }
        #expect(try await eventually { outcomes.calls == 50 })
        #expect(source.begun == 1, "one read at a time")
        #expect(try await eventually { source.endRead() })
        #expect(try await first == 1)
        let isAnswered = try await eventually {
            _ = source.endRead()
            return outcomes.values.count == 50
        }
        #expect(isAnswered)
        // No caller gets a value that was read before its call; late callers need one more read.
        #expect(!outcomes.values.contains(1))
        #expect(source.begun < 10)
    }

    /// The largest batch of keys so far.
    private final class LargestBatch: Sendable {
        private let state = Mutex(0)

        var count: Int { state.withLock { $0 } }
        func add(_ count: Int) { state.withLock { $0 = max($0, count) } }
    }

    @Test func eachKeyGetsItsOwnValueWithinTheBatchLimit() async throws {
        let loader = BatchingLoader<Int, Int>(concurrency: 2, batchLimit: 3)
        let largest = LargestBatch()
        try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for key in 0..<200 {
                group.addTask {
                    let value = try await loader.value(for: key) { keys in
                        largest.add(keys.count)
                        await Task.yield()
                        return keys.map { $0 * 2 }
                    }
                    return (key, value)
                }
            }
            for try await (key, value) in group { #expect(value == key * 2) }
        }
        #expect((1...3).contains(largest.count))
    }

    /// A pause that ends on demand.
    private final class Pause: Sendable {
        private let state = Mutex<(begun: Int, open: CheckedContinuation<Void, Never>?)>((0, nil))

        var begun: Int { state.withLock { $0.begun } }

        func sleep(_: Duration) async {
            await withCheckedContinuation { continuation in state.withLock { $0 = ($0.begun + 1, continuation) } }
        }

        func end() {
            state.withLock { state in
                defer { state.open = nil }
                return state.open
            }?.resume()
        }
    }

    @Test func aPauseLetsACrowdGather() async throws {
        // Calls that come during a read and during the pause after it share the next read.
        let (source, outcomes, pause) = (Source(), Outcomes(), Pause())
        let loader = BatchingLoader<Void, Int>(pause: .milliseconds(1)) { await pause.sleep($0) }
        Task { try await outcomes.call(loader, source) }
        #expect(try await eventually { source.begun == 1 })
        for _ in 0..<2 { Task { try await outcomes.call(loader, source) } }
        #expect(try await eventually { loader.waitingCount == 2 })
        #expect(source.endRead())
        #expect(try await eventually { outcomes.values == [1] && pause.begun == 1 })
        Task { try await outcomes.call(loader, source) }
        #expect(try await eventually { loader.waitingCount == 3 })
        #expect(source.begun == 1)
        pause.end()
        #expect(try await eventually { source.endRead() })
        #expect(try await eventually { outcomes.values.sorted() == [1, 2, 2, 2] })
    }

    @Test(arguments: [0, 1, 32, 50])
    func callsThatAreNoSmallCrowdDoNotWait(count: Int) async throws {
        let (source, outcomes, pause) = (Source(), Outcomes(), Pause())
        let loader = BatchingLoader<Void, Int>(pause: .milliseconds(1)) { await pause.sleep($0) }
        Task { try await outcomes.call(loader, source) }
        #expect(try await eventually { source.begun == 1 })
        for _ in 0..<count { Task { try await outcomes.call(loader, source) } }
        #expect(try await eventually { loader.waitingCount == count })
        #expect(source.endRead())
        if count > 0 { #expect(try await eventually { source.endRead() }) }
        #expect(try await eventually { outcomes.values.count == count + 1 })
        Task { try await outcomes.call(loader, source) }
        #expect(try await eventually { source.endRead() })
        #expect(try await eventually { outcomes.values.count == count + 2 })
        #expect(pause.begun == 0)
    }

    @Test func twoCallersThatAskForOneKeyAfterTheOtherDoNotWait() async throws {
        // Decided after the callers go on, two could wait: the one that waited for the read, and the one just answered.
        let loader = BatchingLoader<Int, Int>(pause: .milliseconds(1)) { Issue.record("paused for \($0)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<2 {
                group.addTask {
                    for key in 0..<1000 {
                        let value = try await loader.value(for: caller * 1000 + key) { keys in
                            await Task.yield()
                            return keys
                        }
                        #expect(value == caller * 1000 + key)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func missingValuesAreAnError() async throws {
        let loader = BatchingLoader<Int, Int>()
        await #expect(throws: WrongValueCount.self) { try await loader.value(for: 1) { _ in [] } }
    }

    @Test func aFailedReadFailsForItsOwnCallersOnly() async throws {
        let loader = BatchingLoader<Void, Int>()
        let reads = Atomic(0)
        // Either call's closure may serve the second call; the first has failed by then.
        let read: @Sendable ([Void]) async throws -> [Int] = { keys in
            guard reads.wrappingAdd(1, ordering: .relaxed).newValue > 1 else { throw Broken() }
            return keys.map { 7 }
        }
        await #expect(throws: Broken.self) { try await loader.value(for: (), read) }
        #expect(try await loader.value(for: (), read) == 7)
    }
}
