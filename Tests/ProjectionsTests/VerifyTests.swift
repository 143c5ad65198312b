import Foundation
import LogSupport
import OrderLog
import Orders
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    @Suite struct VerifyTests {
        @Test func rowsThatMatchTheLogGiveNoDifferences() async throws {
            try await ReplayBench.with { bench async throws in
                for name in ReplayBench.names {
                    for sample in [Verification.Sample.whole, .orders(10), .share(0.5)] {
                        #expect(try await bench.differences(name, sample) == [])
                    }
                }
            }
        }

        @Test func eachDifferenceNamesOrderFieldAndBothValues() async throws {
            try await ReplayBench.with { bench async throws in
                let order = try await self.order(bench, at: 1)
                try await bench.bench.script(
                    """
                    update order_states set state = replace(state, '"country":"DE"', '"country":"AT"'),
                        customer = 'somebody'
                    where order_id = '\(order)';
                    update order_list_keys set number = 'X', carriers = '{ups}' where order_id = '\(order)';
                    update stats_orders set since = '2001-01-01 00:00:00+00', status = 'T' where order_id = '\(order)';
                    """
                )
                let stored = try await bench.bench.text("select status from stats_orders where order_id = '\(order)'")
                #expect(stored == "(T)")
                #expect(
                    try await bench.differences("current") == [
                        "current: order \(order) customer: stored somebody, expected cust-0",
                        "current: order \(order) state/country: stored \"AT\", expected \"DE\"",
                    ]
                )
                let list = try await bench.differences("orders")
                #expect(list.contains("orders: order \(order) number: stored X, expected A-1"))
                #expect(list.contains { $0.hasPrefix("orders: order \(order) carriers: stored {\"ups\"}, expected") })
                let stats = try await bench.differences("stats")
                let since = "stats: order \(order) since: stored 2001-01-01T00:00:00.000000Z, expected"
                #expect(stats.contains { $0.hasPrefix(since) })
                #expect(stats.contains { $0.hasPrefix("stats: order \(order) status: stored T, expected") })
                for name in ReplayBench.names {
                    try await bench.replay().run(name)
                    #expect(try await bench.differences(name) == [])
                }
            }
        }

        @Test func missingAndStrayRowsAreFound() async throws {
            try await ReplayBench.with { bench async throws in
                let order = try await self.order(bench, at: 1)
                let stray = "ffffffff-0000-4000-8000-000000000001"
                try await bench.bench.script(
                    """
                    update order_states set order_id = '\(stray)' where order_id = '\(order)';
                    update order_list_keys set order_id = '\(stray)' where order_id = '\(order)';
                    delete from stats_orders where order_id = '\(order)';
                    """
                )
                let current = try await bench.differences("current")
                #expect(current.contains("current: order \(stray) order_states: stored a row, expected nothing"))
                #expect(current.contains { $0.hasPrefix("current: order \(order) version: stored nothing, expected ") })
                let list = try await bench.differences("orders")
                #expect(list.contains("orders: order \(stray) order_list_keys: stored a row, expected nothing"))
                #expect(list.contains("orders: order \(order) shop: stored nothing, expected nordwind"))
                let stats = try await bench.differences("stats")
                #expect(stats.contains("stats: order \(order) shop: stored nothing, expected nordwind"))
            }
        }

        @Test func trackingNumbersAreComparedAndRebuiltWithTheCurrentStates() async throws {
            try await ReplayBench.with { bench async throws in
                let order = UUID()
                try await bench.log.withAppender { appender in
                    for submission in try Samples.shipped(order, number: "v-1") {
                        _ = try await appender.submit(submission)
                    }
                }
                #expect(try await bench.differences("current") == [])
                let id = order.uuidString.lowercased()
                try await bench.bench.script(
                    """
                    update tracking_numbers set seq = seq + 1000 where order_id = '\(id)';
                    """
                )
                let found = try await bench.differences("current")
                let stray = found.contains {
                    $0.contains("order \(id) tracking number of event") && $0.contains("stored V1")
                }
                let missing = found.contains { $0.hasSuffix("stored nothing, expected V1") }
                #expect(found.count == 2 && stray && missing)
                try await bench.replay().run("current")
                #expect(try await bench.differences("current") == [])
                let scan = try Samples.trackedScan("V1", scan: "s")
                #expect(try await bench.log.withAppender { try await $0.submit(scan) }.orderId == order)
            }
        }

        @Test func sumsAreComparedWithTheLog() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.script(
                    """
                    update stats_statuses set orders = orders + 1 where shop = 'aurora';
                    update stats_minutes set placed = placed + 1;
                    delete from stats_durations;
                    """
                )
                let found = try await bench.differences("stats")
                #expect(found.contains { $0.hasPrefix("stats: orders of aurora, ") })
                #expect(found.contains { $0.hasPrefix("stats: events and orders placed of aurora, ") })
                #expect(found.contains { $0.contains("visits and milliseconds of ") && $0.contains("stored nothing") })
                #expect(try await bench.differences("stats", .orders(1000)) == [])
                try await bench.replay().run("stats")
                #expect(try await bench.differences("stats") == [])
            }
        }

        @Test func appendsDuringAVerificationGiveNoFalseDifferences() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.withProjector(batchLimit: 3) { _ async throws in
                    try await bench.log.withAppender { appender in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask {
                                try await History.run(seed: 77, orders: 20, commands: 500, on: appender)
                            }
                            group.addTask { () async throws in
                                for _ in 0..<4 {
                                    for name in ReplayBench.names {
                                        #expect(try await bench.differences(name) == [])
                                    }
                                }
                            }
                            try await group.waitForAll()
                        }
                    }
                }
            }
        }

        @Test func aLaggingModelIsComparedAtItsCheckpoint() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 78, orders: 10, commands: 50, on: appender)
                }
                for name in ReplayBench.names { #expect(try await bench.differences(name) == []) }
            }
        }

        private func order(_ bench: ReplayBench, at seq: Int) async throws -> String {
            String(try await bench.bench.text("select order_id from events where seq = \(seq)").dropFirst().dropLast())
        }
    }
}
