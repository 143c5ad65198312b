import Foundation
import Primitives

/// A client that repeats `GET` requests on some connections, the next one as soon as the last is answered.
final class ReadDriver {
    struct Plan: Sendable {
        var port: Int
        var token: String
        /// The request targets, which are used in turn.
        var targets: [String]
        var connections = 1
        var seconds = 3.0
    }

    struct Outcome: Sendable {
        var latency = LatencyHistogram()
        var bytes = 0
        var elapsed = 0.0

        var rate: Double { Double(latency.count) / elapsed }
    }

    private let plan: Plan
    private let epoll: Epoll
    private var connections: [(exchange: HTTPExchange, began: UInt64)] = []
    private var next = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)

    init(_ plan: Plan) throws {
        self.plan = plan
        epoll = try Epoll(capacity: 1024)
    }

    deinit { buffer.deallocate() }

    /// Runs the load. Blocks the thread for the plan's time.
    ///
    /// - Throws: `LoadFailure` for a status other than 200.
    func run() throws -> Outcome {
        var outcome = Outcome()
        defer { for connection in connections { connection.exchange.end() } }
        let start = Clock.now()
        let until = start + plan.seconds.nanoseconds
        for index in 0..<plan.connections {
            connections.append((try HTTPExchange(port: plan.port, bodyLimit: .max), 0))
            try epoll.add(connections[index].exchange.descriptor, token: UInt64(index), events: .readable)
            try sendNext(on: index)
        }
        while Clock.now() < until {
            try epoll.wait(until: until) { ready in
                let index = Int(ready.token)
                guard let response = try connections[index].exchange.receive(buffer) else { return }
                guard response.status == 200 else { throw LoadFailure("\(response.status): \(response.text)") }
                outcome.latency.record(nanoseconds: Clock.now() - connections[index].began)
                outcome.bytes += response.body.count
                try sendNext(on: index)
            }
        }
        outcome.elapsed = (Clock.now() - start).seconds
        return outcome
    }

    private func sendNext(on index: Int) throws {
        let target = plan.targets[next % plan.targets.count]
        next += 1
        connections[index].began = Clock.now()
        try connections[index].exchange.begin { $0.append(contentsOf: Self.request(target, token: plan.token)) }
    }

    /// A `GET` request.
    static func request(_ target: String, token: String) -> [UInt8] {
        Array("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
    }

    /// Fetches one body.
    ///
    /// - Throws: `LoadFailure` for a status other than 200, and after a minute.
    static func fetch(_ target: String, port: Int, token: String) async throws -> [UInt8] {
        try await BlockingWork.run {
            let epoll = try Epoll(capacity: 1024)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
            defer { buffer.deallocate() }
            var exchange = try HTTPExchange(port: port, bodyLimit: .max)
            defer { exchange.end() }
            try epoll.add(exchange.descriptor, token: 0, events: .readable)
            try exchange.begin { $0.append(contentsOf: request(target, token: token)) }
            let deadline = Clock.now() + 60_000_000_000
            while Clock.now() < deadline {
                var response: HTTPExchange.Response?
                try epoll.wait(until: deadline) { _ in response = try exchange.receive(buffer) }
                guard let response else { continue }
                guard response.status == 200 else { throw LoadFailure("\(response.status): \(response.text)") }
                return response.body
            }
            throw LoadFailure("\(target) was not answered within a minute")
        }
    }
}
