import TestSupport
import Testing

@testable import Postgres

/// Random sequences of requests against a model of the server, which keeps the names that it has parsed.
@Suite struct ConnectionMachineRandomTests {
    /// The replies that libpq would give, in order.
    private struct Wire {
        var machine = ConnectionMachine()
        var parsed: Set<String> = []
        var replies: [(request: UInt64, reply: ConnectionMachine.Reply)] = []
        var ended: [UInt64: Bool] = [:]
        var expectedResults: [UInt64: Int] = [:]
        var results: [UInt64: Int] = [:]
        var sent: Set<UInt64> = []
        var willFail: Set<UInt64> = []
        var repeated: Set<UInt64> = []
        var leases: [UInt64: UInt64] = [:]
        var leaseRequests: Set<UInt64> = []
        var holder: UInt64?
        var copies: [UInt64: ConnectionMachine.CopyDirection] = [:]
        var begunCopies: Set<UInt64> = []
        var isConnected = true
        var complaints: [String] = []
        var random: SeededRandom

        mutating func perform(_ actions: [ConnectionMachine.Action]) {
            for action in actions {
                switch action {
                case .send(let id, let steps): send(id, steps)
                case .sendAgain(let id, let steps):
                    if !repeated.insert(id).inserted { complaints.append("\(id) was repeated twice") }
                    if leases[id] != nil { complaints.append("\(id) was repeated within a lease") }
                    willFail.remove(id)
                    results[id] = 0
                    send(id, steps)
                case .sendScript(let id):
                    if !replies.isEmpty { complaints.append("script \(id) among others") }
                    replies += copies[id].map { copy(id, $0) } ?? [(id, .success), (id, .success), (id, .end)]
                case .endCopy(let id, _):
                    if !begunCopies.contains(id) { complaints.append("\(id) ended and had not begun") }
                    end(id, true)
                case .succeed(let id) where copies[id] != nil: begunCopies.insert(id)
                case .succeed(let id): end(id, true)
                case .fail(let id, _): end(id, false)
                case .disconnect:
                    if !isConnected { complaints.append("disconnected twice") }
                    isConnected = false
                    replies = []
                }
            }
        }

        /// The answers to a COPY: refused, no COPY, broken half-way, or complete.
        private mutating func copy(
            _ id: UInt64,
            _ direction: ConnectionMachine.CopyDirection
        ) -> [(UInt64, ConnectionMachine.Reply)] {
            let failure = ConnectionMachine.Reply.failure(PostgresError(.server, "random", sqlState: "57014"))
            return switch Int.random(in: 0..<4, using: &random) {
            case 0: [(id, failure), (id, .end)]
            case 1: [(id, .success), (id, .end)]
            case 2: [(id, .copying(direction)), (id, failure), (id, .end)]
            default: [(id, .copying(direction)), (id, .success), (id, .end)]
            }
        }

        private mutating func end(_ id: UInt64, _ success: Bool) {
            if ended.updateValue(success, forKey: id) != nil { complaints.append("\(id) ended twice") }
            if success, leaseRequests.contains(id) { holder = id }
            if success, willFail.contains(id) { complaints.append("\(id) succeeded against the server") }
            if success, let expected = expectedResults[id], results[id, default: 0] != expected {
                complaints.append("\(id) has \(results[id, default: 0]) results instead of \(expected)")
            }
        }

        private mutating func send(_ id: UInt64, _ steps: [ConnectionMachine.Step]) {
            if let holder, leases[id] != holder { complaints.append("\(id) was sent into a lease") }
            let failsAt = Int.random(in: 0..<(3 * steps.count), using: &random)
            var hasFailed = false
            for (index, step) in steps.enumerated() {
                if hasFailed {
                    replies.append((id, .skipped))
                } else if index == failsAt {
                    hasFailed = true
                    let state = Bool.random(using: &random) ? "22012" : "0A000"
                    replies.append((id, .failure(PostgresError(.server, "random", sqlState: state))))
                } else {
                    switch step {
                    case .prepare(let name, _):
                        if !parsed.insert(name).inserted { complaints.append("\(name) parsed twice") }
                    case .executePrepared(let name, _):
                        if !parsed.contains(name) { complaints.append("\(id) uses \(name), which does not exist") }
                    case .executeUnnamed: break
                    }
                    replies.append((id, .success))
                }
                replies.append((id, .end))
            }
            if !hasFailed, Int.random(in: 0..<10, using: &random) == 0 {
                hasFailed = true
                replies += [(id, .failure(PostgresError(.server, "at commit", sqlState: "40001"))), (id, .end)]
            }
            if hasFailed { willFail.insert(id) }
            replies.append((id, .synced))
        }

        mutating func returnLease() {
            guard let lease = machine.lease else { return }
            holder = nil
            perform(machine.returnLease(lease))
        }

        mutating func deliverOne() {
            guard !replies.isEmpty else { return }
            if machine.transfer != nil { return machine.copyDataEnded() }
            if !machine.expectsReplies { complaints.append("nothing expected") }
            let (request, reply) = replies.removeFirst()
            let received = machine.received(reply)
            if let id = received.keepFor, copies[id] == nil {
                if id != request { complaints.append("a result of \(request) went to \(id)") }
                results[id, default: 0] += 1
            }
            perform(received.actions)
        }
    }

    @Test(arguments: 0..<100)
    func everyRequestEndsOnceWithItsOwnResults(seed: Int) {
        var wire = Wire(random: SeededRandom(seed: seed))
        var random = SeededRandom(seed: seed * 7919 + 1)
        var lastID: UInt64 = 0
        for _ in 0..<400 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<30:
                lastID += 1
                let count = Int.random(in: 1...3, using: &random)
                let keys = (0..<count).map { _ in StatementKey(sql: "q\(Int.random(in: 0..<6, using: &random))") }
                let lease = Bool.random(using: &random) ? wire.machine.lease : nil
                wire.expectedResults[lastID] = count
                wire.leases[lastID] = lease
                wire.perform(wire.machine.submit(lastID, keys: keys, lease: lease))
            case 30..<34:
                lastID += 1
                wire.perform(wire.machine.submitScript(lastID, lease: wire.machine.lease))
            case 34, 35:
                lastID += 1
                let direction: ConnectionMachine.CopyDirection = Bool.random(using: &random) ? .in : .out
                wire.copies[lastID] = direction
                wire.perform(wire.machine.submitCopy(lastID, direction, lease: wire.machine.lease))
            case 36, 37:
                lastID += 1
                wire.leaseRequests.insert(lastID)
                wire.perform(wire.machine.requestLease(lastID))
            case 38..<46:
                wire.returnLease()
            case 46..<50:
                guard lastID > 0 else { continue }
                let id = UInt64.random(in: 1...lastID, using: &random)
                wire.perform(wire.machine.cancel(id))
            case 50 where Int.random(in: 0..<20, using: &random) == 0:
                wire.perform(wire.machine.lose(PostgresError(.connectionLost, "random")))
            default:
                wire.deliverOne()
            }
        }
        // Everything ends: leases are returned, then requests in flight answered, then the rest.
        for _ in 0..<10_000 where wire.isConnected {
            wire.returnLease()
            guard !wire.replies.isEmpty else { break }
            wire.deliverOne()
        }
        wire.perform(wire.machine.close())
        #expect(wire.complaints.isEmpty, "seed \(seed)")
        #expect(!wire.isConnected)
        #expect(wire.ended.count == Int(lastID), "seed \(seed)")
    }
}
