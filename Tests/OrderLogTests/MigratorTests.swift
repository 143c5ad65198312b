import Foundation
import LogSupport
import Logging
import Orders
import Postgres
import Schema
import Testing

@testable import OrderLog

@Suite struct MigratorTests {
    private let two = [
        Migration(version: 1, name: "one", sql: "create table one ()"),
        Migration(version: 2, name: "two", sql: "create table two ()"),
    ]

    @Test func runningTwiceAppliesNothingTwice() async throws {
        try await TestLog.withDatabase { database, logger in
            let first = try await Migrator(logger: logger).migrate(database)
            let second = try await Migrator(logger: logger).migrate(database)
            #expect(first == Migration.all)
            #expect(second.isEmpty)
        }
    }

    @Test func simultaneousMigratorsApplyEachFileOnce() async throws {
        try await TestLog.withDatabase { database, logger in
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 { group.addTask { try await Migrator(logger: logger).migrate(database).count } }
                return try await group.reduce(0, +)
            }
            #expect(applied == Migration.all.count)
        }
    }

    @Test func aChangedFileIsAnError() async throws {
        try await TestLog.withDatabase { [two] database, logger in
            try await Migrator(migrations: two, logger: logger).migrate(database)
            let changed = [two[0], Migration(version: 2, name: "two", sql: "create table three ()")]
            await #expect(throws: Migrator.Failure.changed(version: 2, name: "two")) {
                try await Migrator(migrations: changed, logger: logger).migrate(database)
            }
        }
    }

    @Test func aMissingFileIsAnError() async throws {
        try await TestLog.withDatabase { [two] database, logger in
            try await Migrator(migrations: two, logger: logger).migrate(database)
            await #expect(throws: Migrator.Failure.missing(version: 2, name: "two")) {
                try await Migrator(migrations: [two[0]], logger: logger).migrate(database)
            }
        }
    }

    @Test func aFailedFileLeavesNoTrace() async throws {
        try await TestLog.withDatabase { [two] database, logger in
            let broken = [two[0], Migration(version: 2, name: "two", sql: "create table two (); select 1/0")]
            await #expect(throws: PostgresError.self) {
                try await Migrator(migrations: broken, logger: logger).migrate(database)
            }
            let applied = try await Migrator(migrations: two, logger: logger).migrate(database)
            #expect(applied == [two[1]])
        }
    }

    @Test func theLogCannotBeRewritten() async throws {
        try await TestLog.with { log in
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: .init()))
            }
            let owner = try await PostgresConnection.connect(log.database, logger: log.logger)
            for statement in ["update events set shop = 'x'", "delete from events", "truncate events"] {
                await #expect(throws: PostgresError.self) { try await owner.query(statement) }
            }
            await owner.close()
            for statement in ["update events set shop = 'x'", "delete from events", "drop table events"] {
                let error = await #expect(throws: PostgresError.self) { try await log.pool.query(statement) }
                #expect(error?.sqlState == "42501")
            }
        }
    }

    @Test func tablesOfAnotherSchemaAreNotTakenForOwnOnes() async throws {
        try await TestLog.withDatabase { database, logger in
            try await PostgresConnection.with(database, logger: logger) { owner in
                try await owner.executeScript(
                    """
                    create table public.schema_migrations (version varchar primary key);
                    create table public.events (id int);
                    create schema shop;
                    select set_config('search_path', 'shop, public', false);
                    """
                )
                var own = database
                own.serverSettings["search_path"] = "shop, public"
                #expect(try await Migrator(logger: logger).migrate(own) == Migration.all)
                let made = try await owner.query("select 1 from shop.schema_migrations").count
                #expect(made == Migration.all.count)
                let others = try await owner.query(
                    "select pg_get_userbyid(relowner) = current_user from pg_class where oid = 'public.events'::regclass"
                )
                #expect(try others[0].get(0, as: Bool.self))
            }
        }
    }

    /// A database of the version before the table `orders` was renamed, with an order and a replay under construction.
    @Test func aDatabaseWithTheTableOrdersGoesOnAfterItsMigration() async throws {
        let order = UUID()
        let (event, state): (String, String) = try await TestLog.with { log in
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
            }
            return (try await log.firstRow(of: "events"), try await log.firstRow(of: "order_states"))
        }
        try await TestLog.withDatabase { database, logger in
            try await Migrator(migrations: Migration.all.filter { $0.version < 23 }, logger: logger).migrate(database)
            let owner = try await PostgresConnection.connect(database, logger: logger)
            try await owner.query(
                "insert into events select * from json_populate_record(null::events, $1::json)",
                [event]
            )
            try await owner.query(
                "insert into orders select * from json_populate_record(null::orders, $1::json)",
                [state]
            )
            try await owner.executeScript(
                """
                update log_head set (seq, recorded_at) = (select seq, recorded_at from events);
                select projection_open('current', 2);
                insert into orders select order_id, seq, recorded_at, version, shop, customer, status, state, 2
                from orders;
                """
            )
            await owner.close()
            let applied = try await Migrator(logger: logger).migrate(database).map(\.name)
            #expect(applied.first == "order-states")
            #expect(applied == Migration.all.filter { $0.version >= 23 }.map(\.name))

            let registry = EpochRegistry()
            let pool = LogReader.makePool(configuration: database, registry: registry, logger: logger)
            let reader = LogReader(pool: pool, registry: registry)
            let log = TestLog(database: database, registry: registry, pool: pool, reader: reader, logger: logger)
            #expect(try await reader.order(order, scope: .everything).stored?.order.version == 1)
            let confirmed = try await log.withAppender { appender in
                try await appender.submit(Samples.submission(.confirmOrder, order: order))
            }
            #expect(confirmed.position.seq == 2)
            #expect(try await reader.order(order, scope: .everything).stored?.order.version == 2)
            // A process of the version before, which still runs, goes on by the former name.
            try await pool.query(
                """
                insert into orders (order_id, seq, recorded_at, version, shop, customer, status, state, model_version)
                select order_id, seq, recorded_at, version, shop, customer, status, state, model_version
                from orders where model_version = 1
                on conflict (order_id, model_version) do update set
                    seq = excluded.seq, recorded_at = excluded.recorded_at, version = excluded.version,
                    status = excluded.status, state = excluded.state
                """
            )
            #expect(try await reader.order(order, scope: .everything).stored?.order.version == 2)
            // The writer may go on with the version under construction, and open and drop others.
            let count = try await pool.query("select count(*) from order_states where model_version = 2")
            #expect(try count.first?.get(0, as: Int64.self) == 1)
            for call in [
                "projection_open('current', 3)", "projection_clear('current', 2)", "projection_drop('current', 2)",
            ] {
                try await pool.query("select \(call)")
            }
            let names = try await pool.query(
                """
                select relname::text from pg_class
                where relname ~ '^(orders|order_states)' and relkind in ('r', 'i') order by 1
                """
            )
            #expect(
                try names.map { try $0.get(0, as: String.self) } == [
                    "order_states_v1", "order_states_v1_pkey", "order_states_v1_shop_customer_order_id_idx",
                    "order_states_v3", "order_states_v3_pkey", "order_states_v3_shop_customer_order_id_idx",
                ]
            )
        }
    }
}
