import Foundation
import OrderLog
import Orders
import Synchronization
import TestSupport
import Testing

@testable import EventStreams

/// Streams that go out through connections of an event loop.
@Suite struct ChannelSubscriberTests {
    @Test(arguments: [false, true])
    func anOutletGetsTheFramesAsTheyAre(plain: Bool) async throws {
        try await LaneBench.with { bench in
            let view = bench.whole(LaneBench.view(plain: plain))
            let client = try await OutletClient.open(bench, view, after: 2)
            bench.publish(5)
            var expected: [UInt8] = []
            for frame in bench.log.frames.dropFirst(2) { frame.staff.append(to: &expected, plain: plain) }
            let text = String(decoding: expected, as: UTF8.self)
            #expect(try await eventually { client.text == text })
            #expect(bench.hub.laneStreams == 1)
        }
    }

    /// Whatever the client's pace, it gets every event once; who takes nothing delays nobody.
    @Test func aFullOutletWaitsAndMissesNothing() async throws {
        let text = "\"" + String(repeating: "x", count: 2000) + "\""
        try await LaneBench.with(ring: 1 << 20) { bench in
            let slow = try await OutletClient.open(bench, bench.whole(LaneBench.everything), after: 0, isFull: true)
            let quick = try await OutletClient.open(bench, bench.whole(LaneBench.everything), after: 0)
            for _ in 0..<20 {
                bench.publish(100, text: text)
                let end = bench.log.end
                #expect(try await eventually { quick.events.last == end })
            }
            #expect(slow.most <= ChannelWriteBatch.part)
            #expect(try await eventually { bench.hub.stalledStreams == 1 })
            slow.takeAll()
            #expect(try await eventually { slow.events.last == 2000 })
            #expect(slow.events == Array(1...2000) && quick.events == slow.events)
            #expect(bench.hub.stalledStreams == 0)
        }
    }

    @Test func anOutletThatTakesNothingIsCutOff() async throws {
        try await LaneBench.with({ $0.stallDeadline = .milliseconds(300) }) { bench in
            let client = try await OutletClient.open(bench, bench.whole(LaneBench.everything), after: 0, isFull: true)
            bench.publish(1)
            #expect(try await eventually { bench.hub.laneStreams == 0 })
            #expect(try await eventually { client.isClosed })
            #expect(!client.isEnded)
            #expect(bench.hub.stalledStreams == 0)
        }
    }

    @Test func whoLeavesIsForgotten() async throws {
        try await LaneBench.with { bench in
            let client = try await OutletClient.open(bench, bench.whole(LaneBench.everything), after: 0)
            let early = OutletClient()
            early.outlet.closed()
            _ = try bench.hub.admit()
            #expect(bench.hub.adopt(.outlet(early.outlet), LaneBench.everything, at: .beginning))
            #expect(try await eventually { bench.hub.openStreams == 1 })
            client.outlet.closed()
            #expect(try await eventually { bench.hub.openStreams == 0 })
        }
    }

    @Test func aStreamThatEndsSaysSoAndEndsItsBody() async throws {
        try await LaneBench.with { bench in
            let client = try await OutletClient.open(
                bench,
                bench.whole(LaneBench.everything),
                after: 0,
                expires: .now + .milliseconds(200)
            )
            #expect(try await eventually { client.isEnded })
            #expect(client.text.hasPrefix("id: aaaaaaaa-0\n\nretry: "))
            #expect(client.text.hasSuffix("event: bye\ndata: {\"reason\":\"tokenExpired\"}\n\n"))
            // The client has a moment to close.
            #expect(try await eventually { client.isClosed && bench.hub.openStreams == 0 })
        }
    }

    @Test func streamsOfOneLoopAreServedInOneGo() async throws {
        try await LaneBench.with { bench in
            let loop = TestLoop()
            var clients: [OutletClient] = []
            for _ in 0..<50 {
                clients.append(try await .open(bench, bench.whole(LaneBench.everything), after: 0, on: loop))
            }
            let before = loop.count
            bench.publish(1)
            for client in clients { #expect(try await eventually { client.events == [1] }) }
            #expect(loop.count - before <= 3)
        }
    }
}

extension LaneBench {
    /// A view whose frames are not in chunks.
    func whole(_ view: StreamView) -> StreamView {
        var view = view
        view.isChunked = false
        return view
    }
}

extension StreamPlace {
    static let beginning = StreamPlace(cursor: 0, forks: 0, expiry: nil)
}

/// An event loop: one queue.
final class TestLoop: ChannelExecutor {
    private let queue = DispatchQueue(label: "loop")
    private let calls = Atomic(0)

    var count: Int { calls.load(ordering: .relaxed) }

    func execute(_ work: @escaping @Sendable () -> Void) {
        calls.wrappingAdd(1, ordering: .relaxed)
        queue.async(execute: work)
    }
}

/// The far end of an outlet.
final class OutletClient: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        /// Written and not taken, while the client takes nothing.
        var waiting: [UInt8] = []
        var most = 0
        var isFull = false
        var isEnded = false
        var isClosed = false
    }

    private final class Channel: ChannelWriter {
        let state = Mutex(State())

        func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
            state.withLock { state in
                state.waiting += block.bytes[range]
                state.isEnded = isLast
            }
        }

        func flush() -> Bool {
            state.withLock { state in
                guard state.isFull else {
                    state.bytes += state.waiting
                    state.waiting = []
                    return true
                }
                state.most = max(state.most, state.waiting.count)
                return state.waiting.isEmpty
            }
        }

        func close() { state.withLock { $0.isClosed = true } }
    }

    private let channel: Channel
    private let loop: TestLoop
    let outlet: ChannelSubscriber

    init(isFull: Bool = false, on loop: TestLoop = TestLoop()) {
        channel = Channel()
        self.loop = loop
        channel.state.withLock { $0.isFull = isFull }
        outlet = ChannelSubscriber(loop: loop, channel: channel)
    }

    static func open(
        _ bench: LaneBench,
        _ view: StreamView,
        after cursor: Int64,
        expires: ContinuousClock.Instant? = nil,
        isFull: Bool = false,
        on loop: TestLoop = TestLoop()
    ) async throws -> OutletClient {
        let client = OutletClient(isFull: isFull, on: loop)
        let expiry = expires.map { StreamExpiry(tokenEnds: $0, now: .now, maximumAge: .seconds(3600), jitter: 0) }
        let place = StreamPlace(cursor: cursor, forks: try bench.hub.admit(), expiry: expiry)
        guard try await eventually({ bench.hub.adopt(.outlet(client.outlet), view, at: place) }) else {
            throw LaneBench.NoLane()
        }
        return client
    }

    var text: String { channel.state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
    /// Positions of the events; heartbeats are none.
    var events: [Int64] {
        text.components(separatedBy: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n")
            guard lines.contains(where: { $0.hasPrefix("data: ") }) else { return nil }
            return lines.first { $0.hasPrefix("id: aaaaaaaa-") }.flatMap { Int64($0.dropFirst(13)) }
        }
    }
    /// Most bytes that waited for the client.
    var most: Int { channel.state.withLock { $0.most } }
    var isEnded: Bool { channel.state.withLock { $0.isEnded } }
    var isClosed: Bool { channel.state.withLock { $0.isClosed } }

    /// The client takes what waits, and everything from now on.
    func takeAll() {
        loop.execute { [channel, outlet] in
            channel.state.withLock { $0.isFull = false }
            if channel.flush() { outlet.freed() }
        }
    }
}
