import Foundation
import OrderLog
import TestSupport
import Testing

@testable import EventStreams

/// Streams whose sockets a lane encrypts.
@Suite struct SecureLaneTests {
    /// TLS 1.2 and 1.3, as BoringSSL numbers them.
    private static let versions: [CInt] = [0x0303, 0x0304]
    /// The bytes of an event that is more than a socket takes at once, and several records.
    private static let long = "\"" + String(repeating: "x", count: 200_000) + "\""

    private func with(
        version: CInt? = nil,
        recentBytes: Int = 64 << 20,
        _ change: @Sendable (inout StreamHub.Settings) -> Void = { _ in },
        _ body: @Sendable (LaneBench, SecureSockets) async throws -> Void
    ) async throws {
        try await SecureSockets.with(version: version) { sockets in
            try await LaneBench.with(recentBytes: recentBytes, change) { try await body($0, sockets) }
        }
    }

    @Test(arguments: versions) func eventsComeOnceAndInOrder(version: CInt) async throws {
        try await with(version: version) { bench, sockets in
            let client = try await bench.open(after: 0, secure: sockets)
            for _ in 0..<50 { bench.publish(4) }
            #expect(try await client.waits { $0.events.last == 200 })
            #expect(client.events == Array(1...200))
        }
    }

    @Test(arguments: versions) func aSlowReaderMissesNothing(version: CInt) async throws {
        try await with(version: version) { bench, sockets in
            let client = try await bench.open(after: 0, receiveBuffer: 4096, secure: sockets)
            for _ in 0..<10 { bench.publish(1, text: Self.long) }
            #expect(try await eventually { bench.hub.stalledStreams == 1 })
            bench.publish(1)
            #expect(try await client.waits { $0.events.last == 11 })
            #expect(client.events == Array(1...11))
            #expect(client.frames.filter { $0.contains(Self.long) }.count == 10)
        }
    }

    @Test func aClientThatTakesNothingIsDisconnected() async throws {
        try await with {
            $0.stallDeadline = .milliseconds(200)
        } _: { bench, sockets in
            let client = try await bench.open(after: 0, receiveBuffer: 4096, secure: sockets)
            for _ in 0..<10 { bench.publish(1, text: Self.long) }
            #expect(try await eventually { bench.hub.laneStreams == 0 })
            #expect(try await client.waits { $0.isOver })
            #expect(!client.isComplete && !client.isEnded)
        }
    }

    @Test(arguments: versions) func aStreamEndsWithTheClosingAlert(version: CInt) async throws {
        try await with(version: version) { bench, sockets in
            let grant = StreamGrant()
            let client = try await bench.open(after: 0, grants: [grant], secure: sockets)
            grant.withdraw()
            bench.hub.endWithdrawnStreams()
            #expect(try await client.waits { $0.isOver })
            #expect(client.text.contains("tokenExpired"))
            #expect(client.isComplete && client.isEnded)
            client.secure?.end()
            #expect(try await eventually { bench.hub.laneStreams == 0 })
        }
    }

    @Test func aClosingAlertThatTheSocketDoesNotTakeComesLater() async throws {
        try await with { bench, sockets in
            let grant = StreamGrant()
            let client = try await bench.open(after: 0, grants: [grant], receiveBuffer: 4096, secure: sockets)
            for _ in 0..<10 { bench.publish(1, text: Self.long) }
            #expect(try await eventually { bench.hub.stalledStreams == 1 })
            grant.withdraw()
            bench.hub.endWithdrawnStreams()
            #expect(try await client.waits { $0.isOver })
            #expect(client.text.contains("tokenExpired"))
            #expect(client.isComplete && client.isEnded)
        }
    }

    @Test func theClientsClosingAlertEndsItsStream() async throws {
        try await with { bench, sockets in
            let client = try await bench.open(after: 0, secure: sockets)
            bench.publish(1)
            #expect(try await client.waits { $0.events == [1] })
            client.secure?.end()
            #expect(try await eventually { bench.hub.laneStreams == 0 })
        }
    }

    @Test func aClientMaySendALittleOnItsStream() async throws {
        try await with { bench, sockets in
            let client = try await bench.open(after: 0, secure: sockets)
            for _ in 0..<20 { client.secure?.send(Array(repeating: 120, count: 1000)) }
            bench.publish(1)
            #expect(try await client.waits { $0.events == [1] })
            #expect(!client.isOver)
            for _ in 0..<80 { client.secure?.send(Array(repeating: 120, count: 1000)) }
            #expect(try await eventually { bench.hub.laneStreams == 0 })
        }
    }

    @Test func bytesThatAreNoRecordEndTheStream() async throws {
        try await with { bench, sockets in
            let client = try await bench.open(after: 0, secure: sockets)
            client.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
            #expect(try await eventually { bench.hub.laneStreams == 0 })
            #expect(try await client.waits { $0.isOver })
            #expect(!client.isEnded)
        }
    }

    @Test func aStreamGoesOnWithNewKeys() async throws {
        try await with(version: 0x0304) { bench, sockets in
            let client = try await bench.open(after: 0, receiveBuffer: 4096, secure: sockets)
            for _ in 0..<10 { bench.publish(1, text: Self.long) }
            #expect(try await eventually { bench.hub.stalledStreams == 1 })
            // The lane answers with new keys of its own once the record is sent that is begun.
            client.secure?.updateKeys()
            client.secure?.send([10])
            bench.publish(5)
            #expect(try await client.waits { $0.events.last == 15 })
            client.secure?.updateKeys()
            client.secure?.send([10])
            bench.publish(5)
            #expect(try await client.waits { $0.events.last == 20 })
            #expect(client.events == Array(1...20))
        }
    }

    @Test func unsentBytesPrecedeTheEvents() async throws {
        try await with { bench, sockets in
            let text = String(repeating: ": unsent\n", count: 100_000)
            let bytes = ChunkedCoding.chunk(Array(text.utf8))
            bench.publish(3)
            let client = try await bench.open(after: 1, unsent: bytes, receiveBuffer: 4096, secure: sockets)
            #expect(try await client.waits { $0.events.last == 3 })
            #expect(client.text.hasPrefix(text))
            #expect(client.events == [2, 3])
        }
    }
}
