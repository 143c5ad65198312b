import Foundation
import LogSupport
import OrderLog
import Orders
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    @Suite struct TrackingRepairTests {
        private static let all = "select seq, order_id, shop, number_key from tracking_numbers"

        /// The third damage leaves the number of rows as it is.
        @Test(arguments: [
            "delete from tracking_numbers where number_key = 'V1'",
            "insert into tracking_numbers select 1, order_id, shop, 'STRAY' from events where seq = 1",
            "insert into tracking_numbers select 1000000, order_id, shop, 'STRAY' from events where seq = 1",
            """
            delete from tracking_numbers where number_key = 'V1';
            insert into tracking_numbers select 1, order_id, shop, 'STRAY' from events where seq = 1
            """,
            "update tracking_numbers set order_id = gen_random_uuid() where number_key = 'V1'",
            "truncate tracking_numbers",
        ])
        func aReplayRepairsTrackingNumbers(damage: String) async throws {
            try await ReplayBench.with { bench async throws in
                let numbers = try await Self.ship(on: bench)
                try await bench.bench.script(damage)
                #expect(try await bench.bench.text(Self.all) != numbers)
                try await bench.replay().run("current")
                #expect(try await bench.bench.text(Self.all) == numbers)
            }
        }

        @Test func damageBehindAnInterruptedReplayIsRepaired() async throws {
            try await ReplayBench.with { bench async throws in
                let numbers = try await Self.ship(on: bench)
                try await bench.withLockedHead { () async throws in
                    let replay = Task { try await bench.replay().run("current") }
                    #expect(try await bench.hasBegun("current"))
                    replay.cancel()
                    _ = await replay.result
                }
                try await bench.bench.script("delete from tracking_numbers")
                try await bench.replay().run("current")
                #expect(try await bench.bench.text(Self.all) == numbers)
            }
        }

        /// Gives a tracking number to an order in the middle of the log.
        ///
        /// - Returns: the rows of the table.
        private static func ship(on bench: ReplayBench) async throws -> String {
            try await bench.log.withAppender { appender async throws in
                for submission in try Samples.shipped(UUID(), number: "v-1") {
                    _ = try await appender.submit(submission)
                }
                try await History.run(seed: 44, orders: 10, commands: 60, on: appender)
            }
            return try await bench.bench.text(all)
        }
    }
}
