import Glibc
import Primitives

/// Drives single commands over many connections from one thread, so that the load costs little beside the service.
final class CommandDriver {
    struct Plan: Sendable {
        var port: Int
        var token: String
        var connections = 64
        /// Seconds before anything is recorded.
        var warmUp = 2.0
        var seconds = 10.0
        /// Commands a second by the clock (open loop); nil: each connection sends as soon as it has its answer (closed loop).
        var rate: Double?
    }

    struct Outcome: Sendable {
        /// Accepted in the measured time.
        var accepted = 0
        /// Refused at any time, by status.
        var refused: [Int: Int] = [:]
        var firstRefusal: String?
        /// Due by the schedule, but never sent or never answered.
        var unanswered = 0
        /// Measured seconds.
        var elapsed = 0.0
        var latency = LatencyHistogram()

        var rate: Double { elapsed > 0 ? Double(accepted) / elapsed : 0 }
    }

    private let plan: Plan
    private let mix: Mix
    private let epoll: Epoll
    private var connections: [CommandConnection] = []
    private var idle: [Int] = []
    private var outcome = Outcome()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    /// When commands are recorded: those intended from `from` to `until`.
    private var from: UInt64 = 0
    private var until: UInt64 = 0
    private var isDone: () -> Bool = { false }

    init(_ plan: Plan) throws {
        self.plan = plan
        mix = Mix(.requests(token: plan.token))
        epoll = try Epoll(capacity: 1024)
    }

    deinit { buffer.deallocate() }

    /// Blocks its thread for the plan's time, or until `isDone` says that it is over.
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
        from = start + plan.warmUp.nanoseconds
        until = from + plan.seconds.nanoseconds
        try plan.rate.map { try openLoop($0, start) } ?? closedLoop()
        return outcome
    }

    private func closedLoop() throws {
        while true {
            let now = Clock.now()
            if now >= until || isDone() { break }
            try dispatchIdle { now }
            try turn(until: until)
        }
        outcome.elapsed = measured(until: min(Clock.now(), until))
    }

    private func openLoop(_ rate: Double, _ start: UInt64) throws {
        var schedule = SendSchedule(start: start, rate: rate, seconds: plan.warmUp + plan.seconds)
        // A service that cannot keep up is waited for, but not for ever.
        let limit = until + 10_000_000_000
        var now = start
        while now < limit, schedule.next != nil || idle.count < connections.count {
            try dispatchIdle { schedule.take(at: now) }
            // Wakes now and then to see whether it is over.
            let wake = min(now + 100_000_000, limit)
            try turn(until: idle.isEmpty ? wake : min(schedule.next ?? wake, wake))
            now = Clock.now()
            if isDone() {
                outcome.elapsed = measured(until: now)
                return
            }
        }
        outcome.elapsed = measured(until: max(now, until))
        for connection in connections { if let intended = connection.intended { leaveUnanswered(intended, limit) } }
        while let intended = schedule.take(at: limit) { leaveUnanswered(intended, limit) }
    }

    private func measured(until end: UInt64) -> Double { end > from ? (end - from).seconds : 0 }

    /// Charged with all the time for which it was waited.
    private func leaveUnanswered(_ intended: UInt64, _ limit: UInt64) {
        outcome.unanswered += 1
        if intended >= from { outcome.latency.record(nanoseconds: limit - intended) }
    }

    private func dispatchIdle(_ intended: () -> UInt64?) throws {
        mix.refreshTimes()
        while let index = idle.last, let moment = intended() {
            idle.removeLast()
            try connections[index].begin(mix, intended: moment)
            if connections[index].exchange.isAwaitingRoom { try watch(index, for: [.readable, .writable]) }
        }
    }

    private func turn(until deadline: UInt64) throws {
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
            guard intended >= from, now <= until || plan.rate != nil else { return }
            outcome.accepted += 1
            outcome.latency.record(nanoseconds: now - intended)
        } else {
            outcome.refused[answer.status, default: 0] += 1
            if outcome.firstRefusal == nil { outcome.firstRefusal = "\(answer.status) \(answer.text)" }
        }
    }
}
