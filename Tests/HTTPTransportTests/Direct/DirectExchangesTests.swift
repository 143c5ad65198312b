import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct DirectExchangesTests {
    /// Exchanges that wait for their answer.
    private final class HeldExchanges: Sendable {
        private let exchanges = Mutex<[DirectExchange]>([])

        var count: Int { exchanges.withLock { $0.count } }

        func add(_ exchange: DirectExchange) { exchanges.withLock { $0.append(exchange) } }

        func finish(_ bytes: [UInt8]) {
            for exchange in exchanges.withLock({ $0 }) { exchange.finish(bytes) }
        }
    }

    private static let request = "GET /direct HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test func aRequestThatIsAnsweredDirectlyNeedsNoChannel() async throws {
        try await DirectBench.with { bench in
            for _ in 0..<100 {
                let client = try DirectBench.Client(bench.port)
                client.send(Self.request)
                #expect(try await client.receives("direct"))
            }
            #expect(bench.greeted.now == 0)
        }
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /direct HTTP/1.1\r\n", "x"])
    func otherBytesReachTheEventLoopsWhole(text: String) async throws {
        try await DirectBench.with { bench in
            let client = try DirectBench.Client(bench.port)
            client.send(text)
            #expect(try await client.receives("hello " + text))
        }
    }

    @Test func aSilentConnectionReachesTheEventLoops() async throws {
        try await DirectBench.with { bench in
            let client = try DirectBench.Client(bench.port)
            #expect(try await client.receives("hello "))
            client.send(Self.request)
            #expect(try await client.receives("hello " + Self.request))
        }
    }

    /// Connections on the threads do not count among the places of their address.
    @Test func connectionsBeyondAnEighthOfThePlacesReachTheLoops() async throws {
        let held = HeldExchanges()
        // 1,536 of the descriptors are places of connections.
        try await DirectBench.with(descriptors: 2048, answer: { held.add($0) }) { bench in
            var clients: [DirectBench.Client] = []
            for _ in 0..<192 {
                let client = try DirectBench.Client(bench.port)
                client.send(Self.request)
                clients.append(client)
            }
            let areHeld = try await eventually { held.count == 192 }
            #expect(areHeld)
            let other = try DirectBench.Client(bench.port)
            other.send(Self.request)
            #expect(try await other.receives("hello " + Self.request))
            held.finish(Array("direct".utf8))
            // The others would wait for as long again where one has no answer.
            for client in clients { try #require(try await client.receives("direct")) }
        }
    }

    @Test func aClosedGateLeavesConnectionsInTheQueueUntilItOpens() async throws {
        try await DirectBench.with { bench in
            try await bench.server.eventLoop.submit { bench.gate.close(for: .places) }.get()
            var client = try DirectBench.Client(bench.port)
            client.send(Self.request)
            // Each thread may accept until it has seen the change.
            for _ in 0..<50 {
                guard try await client.receives("direct", within: .milliseconds(200)) else { break }
                client = try DirectBench.Client(bench.port)
                client.send(Self.request)
            }
            #expect(client.text.isEmpty)
            bench.gate.open(for: .places)
            #expect(try await client.receives("direct"))
        }
    }

    @Test func aClosedListenerLeavesItsPort() async throws {
        try await DirectBench.with { bench in
            try await bench.server.close()
            #expect(try await eventually { (try? DirectBench.Client(bench.port)) == nil })
        }
    }
}
