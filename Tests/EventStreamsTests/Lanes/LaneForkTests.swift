import Foundation
import OrderLog
import TestSupport
import Testing

@testable import EventStreams

@Suite struct LaneForkTests {
    @Test func onlyStreamsBeyondAForkBeginAnew() async throws {
        try await LaneBench.with { bench in
            bench.publish(3)
            // This stream has passed events of other orders, and so is beyond the fork as well.
            let order = try await bench.open(LaneBench.view(order: Frames.orders[1]), after: 0)
            let feed = try await bench.open(after: 0)
            #expect(try await feed.waits { $0.events == [1, 2, 3] })
            #expect(try await order.waits { $0.events == [1] })
            bench.fork(after: 2)
            for client in [feed, order] {
                #expect(try await client.waits { $0.text.contains("event: reset\n") })
                #expect(
                    client.text.contains("{\"reason\":\"forked\",\"position\":\"aaaaaaaa-2\"}\n\nid: aaaaaaaa-2\n\n")
                )
            }
            let late = try await bench.open(after: 2, knownForks: 0)
            bench.publish(1)
            #expect(try await feed.waits { $0.text.contains("id: bbbbbbbb-3\n") })
            #expect(try await late.waits { $0.text.contains("id: bbbbbbbb-3\n") })
            #expect(!late.text.contains("reset"))
        }
    }

    @Test func aStreamCheckedBeforeAForkBeginsAnew() async throws {
        try await LaneBench.with { bench in
            bench.publish(5)
            bench.fork(after: 3)
            bench.publish(4)
            let stale = try await bench.open(after: 5, knownForks: 0)
            let fresh = try await bench.open(after: 5, knownForks: 1)
            #expect(try await stale.waits { $0.text.contains("event: reset\n") })
            #expect(try await fresh.waits { $0.text.contains("id: bbbbbbbb-7\n") })
            #expect(!fresh.text.contains("reset"))
        }
    }

    @Test func aForkDuringAReadShowsNothingOfTheOldHistory() async throws {
        try await LaneBench.with(recentBytes: 1) { bench in
            bench.publish(2000)
            var clients: [LaneClient] = []
            for cursor in 0..<20 { clients.append(try await bench.open(after: Int64(cursor))) }
            bench.fork(after: 10)
            bench.publish(5)
            for client in clients {
                #expect(try await client.waits { $0.text.contains("id: bbbbbbbb-15\n") })
                let after = client.text.components(separatedBy: "event: reset\n").last ?? ""
                #expect(!after.contains("id: aaaaaaaa-11\n"))
            }
        }
    }
}
