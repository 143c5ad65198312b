import OrderLog
import TestSupport
import Testing

@testable import EventStreams

/// Streams that a lane takes over before their preamble has been sent whole.
@Suite struct LaneUnsentTests {
    /// The first bytes are longer than what the kernel keeps for a client that does not read.
    private static let text = String(repeating: ": unsent\n", count: 100_000)

    private func open(_ bench: LaneBench, after cursor: Int64, grants: [StreamGrant] = []) async throws -> LaneClient {
        let bytes = ChunkedCoding.chunk(Array(Self.text.utf8))
        return try await bench.open(after: cursor, grants: grants, unsent: bytes, receiveBuffer: 4096)
    }

    @Test func unsentBytesPrecedeTheEventsAfterTheCursor() async throws {
        try await LaneBench.with { bench in
            bench.publish(5)
            let client = try await open(bench, after: 3)
            bench.publish(5)
            #expect(try await client.waits { $0.events.last == 10 })
            #expect(client.text.hasPrefix(Self.text))
            #expect(client.events == Array(4...10))
        }
    }

    @Test func unsentBytesMoveNoCursorPastAnEvent() async throws {
        // The events that follow the cursor are no longer in memory when the client takes the first bytes.
        try await LaneBench.with(recentBytes: Frames.frame(1).size * 4) { bench in
            let client = try await open(bench, after: 0)
            bench.publish(20)
            #expect(try await client.waits { $0.events.last == 20 })
            #expect(client.text.hasPrefix(Self.text))
            #expect(client.events == Array(1...20))
        }
    }

    @Test func unsentBytesPrecedeTheByeOfAStreamThatEnds() async throws {
        try await LaneBench.with { bench in
            let grant = StreamGrant()
            let client = try await open(bench, after: 0, grants: [grant])
            grant.withdraw()
            bench.hub.endWithdrawnStreams()
            #expect(try await client.waits { $0.isOver })
            #expect(client.text.hasPrefix(Self.text))
            #expect(client.text.contains("tokenExpired"))
            #expect(client.isComplete)
        }
    }

    @Test func aClientThatTakesNoUnsentBytesIsDisconnected() async throws {
        try await LaneBench.with {
            $0.stallDeadline = .milliseconds(100)
        } _: { bench in
            let client = try await open(bench, after: 0)
            #expect(try await eventually { bench.hub.openStreams == 0 })
            #expect(try await client.waits { $0.isOver })
            #expect(!client.isComplete)
        }
    }
}
