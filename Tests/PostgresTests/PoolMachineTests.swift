import TestSupport
import Testing

@testable import Postgres

@Suite struct PoolMachineTests {
    private let error = PostgresError(.connect, "no")

    @Test func poolOpensOnlyNeededAndAllowedConnections() {
        var machine = PoolMachine(maximum: 2)
        #expect(machine.acquire(1) == [.open(1)])
        #expect(machine.acquire(2) == [.open(2)])
        #expect(machine.acquire(3).isEmpty)
        #expect(machine.opened(1) == [.grant(1, 1)])
        #expect(machine.release(1, isReusable: true) == [.grant(2, 1)])
        #expect(machine.opened(2) == [.grant(3, 2)])
    }

    @Test func brokenConnectionMakesRoomForANewOne() {
        var machine = PoolMachine(maximum: 1)
        _ = machine.acquire(1)
        _ = machine.opened(1)
        #expect(machine.acquire(2).isEmpty)
        #expect(machine.release(1, isReusable: false) == [.close(1), .open(2)])
    }

    @Test func failedOpeningIsOneWaitersErrorAndTheNextTries() {
        var machine = PoolMachine(maximum: 1)
        _ = machine.acquire(1)
        _ = machine.acquire(2)
        #expect(machine.openingFailed(1, error) == [.refuse(1, error), .open(2)])
        #expect(machine.openingFailed(2, error) == [.refuse(2, error)])
        #expect(machine.isEmpty)
    }

    @Test func shutdownRefusesWaitersAndClosesReturnedConnections() {
        var machine = PoolMachine(maximum: 1)
        _ = machine.acquire(1)
        _ = machine.opened(1)
        _ = machine.acquire(2)
        #expect(machine.shutDown() == [.refuse(2, PostgresError(.closed, "the pool has been shut down"))])
        #expect(!machine.isEmpty)
        #expect(machine.release(1, isReusable: true) == [.close(1)])
        #expect(machine.isEmpty)
    }

    @Test(arguments: 0..<200)
    func everyWaiterIsServedInRandomSequences(seed: Int) {
        var random = SeededRandom(seed: seed)
        var machine = PoolMachine(maximum: 1 + seed % 4)
        var opening: Set<UInt64> = []
        var held: Set<UInt64> = []
        var idle: Set<UInt64> = []
        var waiting: [UInt64] = []
        var complaints: [String] = []
        func take(_ actions: [PoolMachine.Action]) {
            for action in actions {
                switch action {
                case .open(let id): opening.insert(id)
                case .grant(let waiter, let id):
                    if waiting.first != waiter { complaints.append("\(waiter) was served out of turn") }
                    waiting.removeAll { $0 == waiter }
                    if !idle.contains(id) || !held.insert(id).inserted { complaints.append("\(id) was not free") }
                    idle.remove(id)
                case .refuse(let waiter, _): waiting.removeAll { $0 == waiter }
                case .close(let id): idle.remove(id)
                }
            }
            if opening.count + held.count + idle.count > machine.maximum { complaints.append("too many") }
            if !waiting.isEmpty, opening.isEmpty, held.isEmpty { complaints.append("someone waits for nothing") }
        }
        for step in 0..<300 {
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1:
                waiting.append(UInt64(step))
                take(machine.acquire(UInt64(step)))
            case 2:
                guard let id = opening.min() else { continue }
                opening.remove(id)
                idle.insert(id)
                take(machine.opened(id))
            case 3:
                guard let id = opening.min() else { continue }
                opening.remove(id)
                take(machine.openingFailed(id, error))
            case 4:
                guard let id = held.min() else { continue }
                held.remove(id)
                let isReusable = Bool.random(using: &random)
                if isReusable { idle.insert(id) }
                take(machine.release(id, isReusable: isReusable))
            default:
                if Bool.random(using: &random), let waiter = waiting.randomElement(using: &random) {
                    take(machine.abandon(waiter, error))
                } else if let id = idle.min() {
                    idle.remove(id)
                    take(machine.lost(id))
                }
            }
        }
        #expect(complaints.isEmpty, "seed \(seed)")
    }
}
