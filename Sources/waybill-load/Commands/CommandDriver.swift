import Glibc
import Primitives

/// A client that sends single commands over many connections from one thread, so that it uses little CPU beside the
/// service.
final class CommandDriver {
    struct Plan: Sendable {
        var port: Int
        var token: String
        var connections = 64
        /// The time, in seconds, before anything is recorded.
        var warmUp = 2.0
        /// The measured time in seconds.
        var seconds = 10.0
        /// Commands per second by the clock (open loop). Nil sends the next command of a connection as soon as the last
        /// one is answered (closed loop).
        var rate: Double?
    }

    struct Outcome: Sendable {
        /// The number of commands accepted in the measured time.
        var accepted = 0
        /// The number of commands refused at any time, by status.
        var refused: [Int: Int] = [:]
        var firstRefusal: String?
        /// The number of commands that were due but never sent or never answered.
        var unanswered = 0
        /// The measured time in seconds.
        var elapsed = 0.0
        var latency = LatencyHistogram()

        /// Accepted commands per second.
        var rate: Double { elapsed > 0 ? Double(accepted) / elapsed : 0 }
    }

    private let plan: Plan
    private let mix: CommandMix
    private let epoll: Epoll
    private var connections: [CommandConnection] = []
    private var idle: [Int] = []
    private var outcome = Outcome()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    /// The measured period: commands intended for a time in it are recorded.
    private var measuredFrom: UInt64 = 0
    private var measuredUntil: UInt64 = 0
    private var isDone: () -> Bool = { false }

    init(_ plan: Plan) throws {
        self.plan = plan
        mix = CommandMix(.requests(token: plan.token))
        epoll = try Epoll(capacity: 1024)
    }

    deinit { buffer.deallocate() }

    /// Runs the load. Blocks the thread for the plan's time, or until `isDone` returns true.
    func run(until isDone: @escaping () -> Bool = { false }) throws -> Outcome {
        self.isDone = isDone
        for index in 0..<plan.connections {
            let connection = try CommandConnection(port: plan.port)
            connections.append(connection)
            try epoll.add(connection.exchange.descriptor, token: UInt64(index), events: .readable)
        }
        defer { for connection in connections { connection.exchange.end() } }
        idle = Array(connections.indices.reversed())
        let start = Clock.now()
        measuredFrom = start + plan.warmUp.nanoseconds
        measuredUntil = measuredFrom + plan.seconds.nanoseconds
        try plan.rate.map { try openLoop($0, start) } ?? closedLoop()
        return outcome
    }

    private func closedLoop() throws {
        while true {
            let now = Clock.now()
            if now >= measuredUntil || isDone() { break }
            try sendOnIdleConnections { now }
            try poll(until: measuredUntil)
        }
        outcome.elapsed = measured(until: min(Clock.now(), measuredUntil))
    }

    private func openLoop(_ rate: Double, _ start: UInt64) throws {
        var schedule = SendSchedule(start: start, rate: rate, seconds: plan.warmUp + plan.seconds)
        // Waits ten more seconds for a service that cannot keep up.
        let limit = measuredUntil + 10_000_000_000
        var now = start
        while now < limit, schedule.next != nil || idle.count < connections.count {
            try sendOnIdleConnections { schedule.take(at: now) }
            // Wakes ten times a second to ask `isDone`.
            let wake = min(now + 100_000_000, limit)
            try poll(until: idle.isEmpty ? wake : min(schedule.next ?? wake, wake))
            now = Clock.now()
            if isDone() {
                outcome.elapsed = measured(until: now)
                return
            }
        }
        outcome.elapsed = measured(until: max(now, measuredUntil))
        for connection in connections {
            if let intended = connection.intended { recordUnanswered(intended: intended, at: limit) }
        }
        while let intended = schedule.take(at: limit) { recordUnanswered(intended: intended, at: limit) }
    }

    private func measured(until end: UInt64) -> Double { end > measuredFrom ? (end - measuredFrom).seconds : 0 }

    /// Records a command without an answer, with all the time that was spent waiting for it.
    private func recordUnanswered(intended: UInt64, at limit: UInt64) {
        outcome.unanswered += 1
        if intended >= measuredFrom { outcome.latency.record(nanoseconds: limit - intended) }
    }

    private func sendOnIdleConnections(_ intended: () -> UInt64?) throws {
        mix.refreshTimes()
        while let index = idle.last, let moment = intended() {
            idle.removeLast()
            try connections[index].begin(mix, intended: moment)
            if connections[index].exchange.isAwaitingRoom { try watch(index, for: [.readable, .writable]) }
        }
    }

    private func poll(until deadline: UInt64) throws {
        try epoll.wait(until: deadline) { ready in
            let index = Int(ready.token)
            if ready.isWritable, connections[index].exchange.isAwaitingRoom {
                try connections[index].flush()
                if !connections[index].exchange.isAwaitingRoom { try watch(index, for: .readable) }
            }
            guard ready.isReadable else { return }
            guard let intended = connections[index].intended else {
                throw LoadFailure("the service closed an idle connection")
            }
            guard let answer = try connections[index].receive(buffer) else { return }
            record(answer, intended)
            idle.append(index)
        }
    }

    private func watch(_ index: Int, for events: Epoll.Events) throws {
        try epoll.modify(connections[index].exchange.descriptor, token: UInt64(index), events: events)
    }

    private func record(_ answer: HTTPExchange.Response, _ intended: UInt64) {
        if answer.status < 300 {
            let now = Clock.now()
            guard intended >= measuredFrom, now <= measuredUntil || plan.rate != nil else { return }
            outcome.accepted += 1
            outcome.latency.record(nanoseconds: now - intended)
        } else {
            outcome.refused[answer.status, default: 0] += 1
            if outcome.firstRefusal == nil { outcome.firstRefusal = "\(answer.status) \(answer.text)" }
        }
    }
}
