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

    @Test func readsOfOneCallerWaitForEachOtherAlone() async {
        let places = ReadPlaces()
        let reads = Reads()
        let gate = OneShotPromise<Void>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<40 {
                group.addTask { [ada] in
                    await places.read(for: ada, limit: 2) { await reads.run(until: gate) }
                }
            }
            // Another caller's read runs while all places of the first are taken.
            let other = await places.read(for: bo, limit: 2) { "read" }
            #expect(other == "read")
            _ = gate.fulfill(())
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
}
