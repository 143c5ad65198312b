import Foundation
import OrderLog
import Orders
import Synchronization
import TestSupport
import Testing

@testable import EventStreams

/// Streams that lanes serve through channels of an event loop.
@Suite struct ChannelSubscriberTests {
    @Test(arguments: [false, true])
    func channelsGetTheFramesWithoutChunks(plain: Bool) async throws {
        try await LaneBench.with { bench in
            let view = bench.unchunked(LaneBench.view(plain: plain))
            let client = try await ChannelClient.open(bench, view, after: 2)
            bench.publish(5)
            var expected: [UInt8] = []
            for frame in bench.log.frames.dropFirst(2) { frame.staff.append(to: &expected, plain: plain) }
            let text = String(decoding: expected, as: UTF8.self)
            #expect(try await eventually { client.text == text })
            #expect(bench.hub.laneStreams == 1)
        }
    }

    /// Every client gets every event once, at its own pace, and a client that takes nothing delays no other.
    @Test func aBackpressuredChannelWaitsAndMissesNothing() async throws {
        let text = "\"" + String(repeating: "x", count: 2000) + "\""
        try await LaneBench.with(recentBytes: 1 << 20) { bench in
            let slow = try await ChannelClient.open(
                bench,
                bench.unchunked(LaneBench.everything),
                after: 0,
                isFull: true
            )
            let quick = try await ChannelClient.open(bench, bench.unchunked(LaneBench.everything), after: 0)
            for _ in 0..<20 {
                bench.publish(100, text: text)
                let end = bench.log.end
                #expect(try await eventually { quick.events.last == end })
            }
            #expect(slow.most <= ChannelWriteBatch.maximumWriteBytes)
            #expect(try await eventually { bench.hub.stalledStreams == 1 })
            slow.takeAll()
            #expect(try await eventually { slow.events.last == 2000 })
            #expect(slow.events == Array(1...2000) && quick.events == slow.events)
            #expect(bench.hub.stalledStreams == 0)
        }
    }

    @Test func aChannelThatTakesNothingIsDisconnected() async throws {
        try await LaneBench.with({ $0.stallDeadline = .milliseconds(300) }) { bench in
            let client = try await ChannelClient.open(
                bench,
                bench.unchunked(LaneBench.everything),
                after: 0,
                isFull: true
            )
            bench.publish(1)
            #expect(try await eventually { bench.hub.laneStreams == 0 })
            #expect(try await eventually { client.isClosed })
            #expect(!client.isEnded)
            #expect(bench.hub.stalledStreams == 0)
        }
    }

    @Test func aClosedChannelEndsItsStream() async throws {
        try await LaneBench.with { bench in
            let client = try await ChannelClient.open(bench, bench.unchunked(LaneBench.everything), after: 0)
            let early = ChannelClient()
            early.subscriber.closed()
            // Nothing here may hold the place.
            func adopt() throws -> Bool {
                let point = HandoffPoint(cursor: 0, knownForks: 0, expiry: nil, place: try bench.hub.admit())
                return bench.hub.adopt(.channel(early.subscriber), showing: LaneBench.everything, at: point)
            }
            #expect(try adopt())
            #expect(try await eventually { bench.hub.openStreams == 1 })
            client.subscriber.closed()
            #expect(try await eventually { bench.hub.openStreams == 0 })
        }
    }

    @Test func anEndingStreamSendsByeAndEndsItsBody() async throws {
        try await LaneBench.with { bench in
            let client = try await ChannelClient.open(
                bench,
                bench.unchunked(LaneBench.everything),
                after: 0,
                expires: .now + .milliseconds(200)
            )
            #expect(try await eventually { client.isEnded })
            #expect(client.text.hasPrefix("id: aaaaaaaa-0\n\nretry: "))
            #expect(client.text.hasSuffix("event: bye\ndata: {\"reason\":\"tokenExpired\"}\n\n"))
            // The client has a second to close.
            #expect(try await eventually { client.isClosed && bench.hub.openStreams == 0 })
        }
    }

    @Test func aLaneCallsALoopOnceForAllItsStreams() async throws {
        try await LaneBench.with { bench in
            let loop = TestLoop()
            var clients: [ChannelClient] = []
            for _ in 0..<50 {
                clients.append(try await .open(bench, bench.unchunked(LaneBench.everything), after: 0, on: loop))
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
    func unchunked(_ view: StreamView) -> StreamView {
        var view = view
        view.isChunked = false
        return view
    }
}
