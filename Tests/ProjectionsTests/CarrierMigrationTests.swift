import Foundation
import LogSupport
import OrderLog
import Postgres
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    /// The table of the orders by carrier comes to a database that is in use.
    @Suite struct CarrierMigrationTests {
        private static let migration = 61

        /// Makes the database what the version before has left: without the table, and its list of the layout before.
        private func revert(_ bench: ReplayBench) async throws {
            try await bench.bench.script(
                """
                drop table order_list_by_carrier;
                create or replace function projection_tables(model text) returns text[] language sql immutable as $$
                select case model
                    when 'current' then array['order_states']
                    when 'orders' then array['order_list', 'order_list_keys']
                    when 'stats' then array['stats_orders', 'stats_statuses', 'stats_minutes', 'stats_durations']
                end
                $$;
                update projections set layout = 2 where name = 'orders';
                delete from schema_migrations where version = \(Self.migration);
                """
            )
        }

        private func migrate(_ bench: ReplayBench) async throws {
            let applied = try await Migrator(logger: bench.log.logger).migrate(bench.log.database)
            #expect(applied.count == 1)
        }

        private func carriers(_ bench: ReplayBench) async throws -> String {
            try await bench.bench.text(
                "select carrier, shop, placed_at, order_id from order_list_by_carrier where model_version = "
                    + "(select version from projection_active where name = 'orders')"
            )
        }

        @Test func aListThatIsThereIsServedAndBuiltAgain() async throws {
            try await ReplayBench.with { bench async throws in
                let before = try await carriers(bench)
                #expect(before.contains("dhl") || before.contains("ups") || before.count > 100)
                try await revert(bench)
                try await migrate(bench)
                #expect(try await bench.replay().outdatedModels() == ["orders"])
                #expect(try await carriers(bench) == "")
                // The projector follows the log meanwhile, into the table too.
                try await bench.log.withAppender { appender in
                    for step in try Samples.shipped(UUID(), number: "N 1") { _ = try await appender.submit(step) }
                }
                try await bench.bench.catchUp()
                await LayoutUpgrade(replay: bench.replay(), logger: bench.log.logger).run()
                #expect(try await bench.replay().outdatedModels() == [])
                #expect(try await bench.differences("orders") == [])
                let rows = try await carriers(bench).split(separator: "\n")
                #expect(Set(rows).isSuperset(of: before.split(separator: "\n")))
                #expect(rows.count == before.split(separator: "\n").count + 1)
            }
        }

        @Test func aReplayOfTheVersionBeforeIsBegunAgain() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.breakOffReplay(of: "orders")
                try await revert(bench)
                try await migrate(bench)
                let end = try await bench.replay().run("orders")
                #expect(end.startedFrom == 0)
                #expect(try await bench.differences("orders") == [])
            }
        }
    }
}
