import Primitives
import Synchronization
import Testing

@testable import OrderAPI

@Suite(.timeLimit(.minutes(1))) struct ReadPlacesTests {
    private let ada = SharedBudget.Holder(caller: "customer:ada", shops: "aurora")
    private let bo = SharedBudget.Holder(caller: "customer:bo", shops: "aurora")

    /// The number of reads that run, and the most that ran at once.
    private final class Reads: Sendable {
        let running = Atomic(0)
        let most = Atomic(0)

        func run(until gate: OneShotPromise<Void>) async {
            most.max(running.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
            await gate.value()
            running.subtract(1, ordering: .relaxed)
        }
    }

    @Test func readsOfOneCallerWaitForEachOtherAlone() async throws {
        let places = ReadPlaces()
        let reads = Reads()
        let gate = OneShotPromise<Void>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask { [ada] in
                    try await places.read(for: ada, limit: 2) { await reads.run(until: gate) }
                }
            }
            // Another caller's read runs while all places of the first are taken.
            let other = try await places.read(for: bo, limit: 2) { "read" }
            #expect(other == "read")
            _ = gate.fulfill(())
            try await group.waitForAll()
        }
        #expect(reads.most.load(ordering: .relaxed) <= 2)
        #expect(reads.running.load(ordering: .relaxed) == 0)
    }

    @Test func aFailedReadGivesItsPlaceBack() async {
        struct Failure: Error {}
        let places = ReadPlaces()
        for _ in 0..<3 {
            await #expect(throws: Failure.self) { try await places.read(for: ada, limit: 1) { throw Failure() } }
        }
    }

    @Test func aReadGivesUpWaitingInTime() async throws {
        let places = ReadPlaces(patience: .milliseconds(1))
        let (begun, gate) = (OneShotPromise<Void>(), OneShotPromise<Void>())
        async let long: Void = places.read(for: ada, limit: 1) {
            begun.fulfill(())
            await gate.value()
        }
        await begun.value()
        let refusal = await #expect(throws: Problem.self) { try await places.read(for: ada, limit: 1) {} }
        #expect(refusal?.code == .overloaded)
        gate.fulfill(())
        try await long
        // The place is free: the read that gave up has not kept it.
        try await places.read(for: ada, limit: 1) {}
    }

    @Test func aCancelledReadLeavesTheLine() async throws {
        let places = ReadPlaces()
        let (begun, gate) = (OneShotPromise<Void>(), OneShotPromise<Void>())
        async let long: Void = places.read(for: ada, limit: 1) {
            begun.fulfill(())
            await gate.value()
        }
        await begun.value()
        let waiting = Task { [ada] in try await places.read(for: ada, limit: 1) {} }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        gate.fulfill(())
        try await long
        try await places.read(for: ada, limit: 1) {}
    }
}
