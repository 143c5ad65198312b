import Foundation
import OrderLog
import Orders
import TestSupport
import Testing

@testable import EventStreams

@Suite struct LaneTests {
    @Test func everyCursorGetsExactlyTheEventsAfterIt() async throws {
        // About ten of the forty events are in memory: most cursors read the log first.
        try await LaneBench.with(recentBytes: Frames.frame(1).size * 10) { bench in
            bench.publish(30)
            var clients: [(cursor: Int64, client: LaneClient)] = []
            for cursor: Int64 in 0...30 { clients.append((cursor, try await bench.open(after: cursor))) }
            bench.publish(10)
            for (cursor, client) in clients {
                #expect(try await client.waits { $0.events.last == 40 })
                #expect(client.events == Array(cursor + 1...40))
            }
        }
    }

    /// Pages of large events end before the number of events of a page: those that follow are read from there.
    @Test func streamsOfLargeEventsPassPagesThatAreCut() async throws {
        let text = "\"" + String(repeating: "x", count: 300_000) + "\""
        try await LaneBench.with(recentBytes: 1 << 20) { bench in
            bench.publish(30, text: text)
            var clients: [(cursor: Int64, client: LaneClient)] = []
            for cursor: Int64 in [0, 0, 3, 11] { clients.append((cursor, try await bench.open(after: cursor))) }
            for (cursor, client) in clients {
                #expect(try await client.waits { $0.events.last == 30 })
                #expect(client.events == Array(cursor + 1...30))
            }
        }
    }

    @Test(arguments: [false, true], Audience.allCases)
    func aLaneSendsTheFramesThatItsViewShows(plain: Bool, audience: Audience) async throws {
        try await LaneBench.with { bench in
            let views = [
                LaneBench.view(audience: audience, plain: plain),
                LaneBench.view(order: Frames.orders[1], audience: audience, plain: plain),
                LaneBench.view(audience: audience, plain: plain) { $0.statuses = ["preparing"] },
                LaneBench.view(audience: audience, plain: plain) { $0.types = ["OrderPlaced"] },
            ]
            bench.publish(50, text: #"{"note":"ü\u000a"}"#)
            for view in views {
                let client = try await bench.open(view, after: 3, expires: .now + .milliseconds(300))
                #expect(try await client.waits { $0.isOver })
                var expected: [UInt8] = []
                // A customer's position is that of the last event shown.
                var end: Int64 = audience == .customer ? 3 : 50
                for frame in bench.log.frames where frame.event.seq > 3 && view.filter.matches(frame) {
                    end = max(end, frame.event.seq)
                    frame.encoded(for: audience)?.append(to: &expected, plain: plain)
                }
                let cursor = Frames.positionEncoder(bench.log.history.position(of: end), for: audience)
                let text = String(decoding: expected + ControlFrame.cursor(cursor), as: UTF8.self)
                #expect(client.text.hasPrefix(text + "retry: "))
                #expect(client.isComplete)
            }
        }
    }

    /// A stream shows an order once at each of its own ticks, whatever the ticks of other streams with the same view.
    @Test func conflatedStreamsKeepTheirOwnTicks() async throws {
        try await LaneBench.with { bench in
            let tick = Duration.milliseconds(100)
            let view = LaneBench.view(order: nil) {
                $0.types = ["OrderConfirmed"]
                $0.tick = tick
            }
            let began = ContinuousClock.now
            var clients: [LaneClient] = []
            while .now < began + .seconds(2) {
                // Four streams, each with a phase of its own.
                if clients.count < 4 { clients.append(try await bench.open(view, after: bench.log.end)) }
                bench.publish(3)
                try await Task.sleep(for: .milliseconds(7))
            }
            let ticks = Int((ContinuousClock.now - began) / tick)
            for client in clients {
                _ = try await client.waits { !$0.events.isEmpty }
                // Three orders, at each tick each of them once.
                #expect(client.events.count <= 3 * (ticks + 1))
                #expect(client.events == client.events.sorted())
            }
        }
    }

    @Test func aSlowClientDelaysNoOtherAndMissesNothing() async throws {
        let text = "\"" + String(repeating: "x", count: 2000) + "\""
        try await LaneBench.with(recentBytes: 1 << 20) { bench in
            let slow = try await bench.open(after: 0, receiveBuffer: 4096)
            let quick = try await bench.open(after: 0)
            for _ in 0..<40 {
                bench.publish(100, text: text)
                let end = bench.log.end
                #expect(try await quick.waits { $0.body.count > Int(end) * 2000 })
            }
            // 4,000 events of more than 2 kB: far more than all buffers and the recent events hold.
            #expect(try await slow.waits { $0.events.last == 4000 })
            #expect(slow.events == Array(1...4000))
            #expect(try await quick.waits { $0.events.last == 4000 })
            let isSame = slow.frames == quick.frames
            #expect(isSame)
            #expect(bench.log.reads > 0)
        }
    }

    @Test func aClientThatTakesNothingIsDisconnected() async throws {
        let text = "\"" + String(repeating: "x", count: 2000) + "\""
        try await LaneBench.with(change(stall: .milliseconds(300))) { bench in
            let stalled = try await bench.open(after: 0, receiveBuffer: 4096)
            bench.publish(1000, text: text)
            #expect(try await eventually { bench.hub.laneStreams == 0 })
            #expect(try await stalled.waits { $0.isOver })
            #expect(!stalled.isComplete)
        }
    }

    /// A client that goes on after the stall deadline, within a sixth of it, is told why its stream ends. Of several
    /// that begin to read one after another, those that come in this time are.
    @Test func aSlowClientThatGoesOnIsSentBye() async throws {
        let text = "\"" + String(repeating: "x", count: 2000) + "\""
        try await LaneBench.with(change(stall: .seconds(9))) { bench in
            var clients: [LaneClient] = []
            for _ in 0..<8 { clients.append(try await bench.open(after: 0, receiveBuffer: 4096)) }
            bench.publish(1000, text: text)
            // The deadline counts from here; a lane beside other tests may take a while to come to it.
            let areBlocked = try await eventually { bench.hub.stalledStreams == 8 }
            #expect(areBlocked)
            let began = ContinuousClock.now
            for (index, client) in clients.enumerated() {
                let moment = began + .milliseconds(9000 + 200 * index)
                #expect(try await eventually { .now >= moment })
                client.read()
            }
            let isTold = try await eventually {
                for client in clients { client.read() }
                return clients.contains { $0.isComplete }
            }
            #expect(isTold)
            let told = clients.filter { $0.isComplete }
            for client in told { #expect(client.text.contains("event: bye\ndata: {\"reason\":\"slow\"}\n")) }
        }
    }

    /// Many clients that take nothing, each at a place of its own, hold as many blocks.
    @Test func clientsThatTakeNothingEndSoonWhileTheirBlocksAreTooManyBytes() async throws {
        let text = "\"" + String(repeating: "x", count: 300_000) + "\""
        try await LaneBench.with({ $0.blockBytes = 100_000 }) { bench in
            bench.publish(30, text: text)
            var clients: [LaneClient] = []
            for cursor: Int64 in 0..<10 { clients.append(try await bench.open(after: cursor, receiveBuffer: 4096)) }
            // Their time is 30 seconds otherwise.
            #expect(try await eventually(within: .seconds(15)) { bench.hub.openStreams == 0 })
            #expect(clients.count == 10)
        }
    }

    @Test func aClientThatLeavesEndsItsStream() async throws {
        try await LaneBench.with { bench in
            let clients = [
                try await bench.open(after: 0), try await bench.open(after: 0), try await bench.open(after: 0),
                try await bench.open(LaneBench.view(order: Frames.orders[0]), after: 0),
            ]
            let stays = try await bench.open(after: 0)
            #expect(bench.hub.openStreams == 5)
            clients[0].close()
            clients[1].reset()
            clients[2].endSending()
            clients[3].reset()
            #expect(try await eventually { bench.hub.openStreams == 1 })
            bench.publish(5)
            #expect(try await stays.waits { $0.events == Array(1...5) })
        }
    }

    @Test func bytesFromAClientAreDroppedUpToALimit() async throws {
        try await LaneBench.with { bench in
            let client = try await bench.open(after: 0)
            for _ in 0..<60 { client.send(Array(repeating: 65, count: 1024)) }
            bench.publish(1)
            #expect(try await client.waits { $0.events == [1] })
            #expect(bench.hub.laneStreams == 1)
            #expect(
                try await eventually {
                    client.send(Array(repeating: 65, count: 1024))
                    return bench.hub.laneStreams == 0
                }
            )
        }
    }

    @Test func heartbeatsMoveTheCursorPastEventsThatAreNotShown() async throws {
        try await LaneBench.with(change(heartbeat: .milliseconds(200))) { bench in
            let shown = LaneBench.view(order: Frames.orders[1])
            let client = try await bench.open(shown, after: 0)
            bench.publish(3)
            #expect(try await client.waits { $0.text.contains("\n\nid: aaaaaaaa-3\n\n") })
            #expect(client.events == [1])
            bench.publish(2)
            #expect(try await client.waits { $0.text.contains("\n\nid: aaaaaaaa-5\n\n") })
            #expect(client.events == [1, 4])
        }
    }

    /// Heartbeats of a customer's stream keep the id of its last own event, however many others pass.
    @Test func aCustomersHeartbeatsMoveWithItsOwnEventsOnly() async throws {
        try await LaneBench.with(change(heartbeat: .milliseconds(100))) { bench in
            let own = LaneBench.view(order: Frames.orders[1], audience: .customer)
            bench.publish(3)
            let client = try await bench.open(own, after: 3, shown: 1)
            #expect(try await client.waits { $0.text.hasPrefix("id: sealed-1\n\nid: sealed-1\n\n") })
            bench.publish(2)
            #expect(try await client.waits { $0.text.contains("\n\nid: sealed-4\n\nid: sealed-4\n\n") })
            bench.publish(1)
            let body = client.body.count
            #expect(try await client.waits { $0.body.count > body + 20 })
            #expect(!client.text.contains("sealed-3") && !client.text.contains("sealed-5"))
        }
    }

    @Test func streamsEndWhenTheirGrantIsWithdrawn() async throws {
        try await LaneBench.with { bench in
            let (withdrawn, other) = (StreamGrant(), StreamGrant())
            let ends = try await bench.open(after: 0, grants: [other, withdrawn])
            let stays = try await bench.open(after: 0, grants: [other])
            withdrawn.withdraw()
            bench.hub.endWithdrawnStreams()
            #expect(try await ends.waits { $0.isOver })
            #expect(ends.text.contains("{\"reason\":\"tokenExpired\"}"))
            bench.publish(1)
            #expect(try await stays.waits { $0.events == [1] })
        }
    }

    @Test func streamsThatGoElsewhereKeepTheirPlacesAndNewOnesAreServed() async throws {
        try await LaneBench.with { bench in
            bench.publish(2)
            let leaves = try await bench.open(after: 0)
            #expect(try await leaves.waits { $0.events == [1, 2] })
            bench.hub.endAllStreams()
            #expect(try await leaves.waits { $0.isOver })
            #expect(leaves.text.contains("-2\n\nretry: "))
            #expect(leaves.text.contains("{\"reason\":\"overload\"}"))
            let comes = try await bench.open(after: 2)
            bench.publish(1)
            #expect(try await comes.waits { $0.events == [3] })
        }
    }

    @Test func streamsEndWithByeWhenTheServiceEnds() async throws {
        let client = try await LaneBench.with { bench in
            bench.publish(2)
            let client = Transferred(try await bench.open(after: 0))
            #expect(try await client.value.waits { $0.events == [1, 2] })
            return client
        }
        #expect(try await client.value.waits { $0.isOver })
        #expect(client.value.isComplete)
        let blocks = client.value.text.components(separatedBy: "\n\n")
        #expect(blocks[2] == "id: aaaaaaaa-2")
        #expect(blocks[3].hasSuffix("event: bye\ndata: {\"reason\":\"shutdown\"}"))
    }

    @Test func aFailedReadEndsTheStreamAtItsCursor() async throws {
        try await LaneBench.with(recentBytes: 1) { bench in
            bench.publish(5)
            bench.log.breakDown()
            let client = try await bench.open(after: 2)
            #expect(try await client.waits { $0.isOver })
            #expect(client.text.hasPrefix("id: aaaaaaaa-2\n\nretry: "))
            #expect(client.text.contains("{\"reason\":\"overload\"}"))
        }
    }

    @Test func manyStreamsWithCloseCursorsCauseFewReads() async throws {
        try await LaneBench.with(recentBytes: 1) { bench in
            bench.publish(600)
            var clients: [LaneClient] = []
            for index in 0..<100 { clients.append(try await bench.open(after: Int64(index % 50))) }
            // All clients read all the time: one that waited for its turn would be disconnected for taking nothing.
            #expect(
                try await eventually {
                    for client in clients { client.read() }
                    return clients.allSatisfy { $0.events.last == 600 }
                }
            )
            for (index, client) in clients.enumerated() {
                #expect(client.events.elementsEqual(Int64(index % 50) + 1...600))
            }
            // Six hundred events are three pages. Later streams need a few more where the newest page was too short.
            #expect(bench.log.reads < 20, "\(bench.log.reads) reads")
        }
    }

    /// A client that only one task uses at a time.
    private struct Transferred: @unchecked Sendable {
        let value: LaneClient

        init(_ value: LaneClient) { self.value = value }
    }

    private func change(stall: Duration = .seconds(30), heartbeat: Duration = .seconds(15))
        -> (inout StreamHub.Settings) -> Void
    {
        { settings in
            settings.stallDeadline = stall
            settings.heartbeat = heartbeat
        }
    }
}

extension LaneBench {
    static func with<R: Sendable>(
        _ change: (inout StreamHub.Settings) -> Void,
        _ body: @Sendable (LaneBench) async throws -> R
    ) async throws -> R {
        try await with(recentBytes: 1 << 20, change, body)
    }
}
