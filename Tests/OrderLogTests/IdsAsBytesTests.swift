import Foundation
import LogSupport
import Logging
import Orders
import Postgres
import Schema
import Testing

@testable import OrderLog

@Suite struct IdsAsBytesTests {
    /// Counts the columns that are compared by the database's locale.
    private static let localized = """
        select count(*) from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p', 'i')
            and c.relname <> 'schema_migrations' and a.attnum > 0
            and a.attcollation = 'pg_catalog."default"'::regcollation
        """

    @Test func idsAreComparedAsBytesInNewDatabases() async throws {
        try await TestLog.with { log async throws in
            #expect(try await log.pool.query(Self.localized).first?.get(0, as: Int64.self) == 0)
            // The views are there again, with their grants.
            for view in ["orders", "logged_tracking_numbers"] {
                #expect(try await log.pool.query("select * from \(view)").isEmpty)
            }
        }
    }

    @Test func idsAreComparedAsBytesInSmallExistingDatabases() async throws {
        try await TestLog.withDatabase { database, logger in
            let former = Migration.all.filter { $0.version < 31 }
            try await Migrator(migrations: former, logger: logger).migrate(database)
            let connection = try await PostgresConnection.connect(database, logger: logger)
            let before = try await connection.query(Self.localized)
            #expect(try before.first?.get(0, as: Int64.self) ?? 0 > 50)
            try await connection.query("insert into secrets (name, value) values ('kept', 'x')")
            // Another program's table in the same schema.
            try await connection.query("create table another (name text primary key)")
            try await Migrator(logger: logger).migrate(database)
            let after = try await connection.query(Self.localized + " and c.relname !~ '^another'")
            #expect(try after.first?.get(0, as: Int64.self) == 0)
            let others = try await connection.query(Self.localized + " and c.relname ~ '^another'")
            #expect(try others.first?.get(0, as: Int64.self) == 2, "the table and its index are left alone")
            #expect(try await connection.query("select 1 from secrets where name = 'kept'").count == 1)
            // There is nothing left to change.
            try await connection.query("select compare_ids_as_bytes()")
            await connection.close()
        }
    }

    /// Objects of a user's own upon a column, and how PostgreSQL names them.
    private static let obstacles = [
        ("create view shop_report as select shop, count(*) from events group by shop", "view shop_report"),
        ("create view placed as select * from orders where status = 'placed'", "view placed"),
        (
            "create policy own on events using (shop = current_user); alter table events enable row level security",
            "policy own on table events"
        ),
        (
            "create publication chosen for table events where (shop = 'aurora')",
            "publication of table events in publication chosen"
        ),
        (
            "create function newest() returns text begin atomic select shop from events limit 1; end",
            "function newest()"
        ),
        (
            "create table notes (name text references secrets (name))",
            "constraint notes_name_fkey on table notes"
        ),
        ("create index ids on commands (command_id) include (order_id)", "index ids"),
        ("create index placed on events (recorded_at) include (shop)", "index placed"),
        ("create index shops on order_states_v1 (shop text_pattern_ops)", "index shops"),
        ("create index customers on order_states (lower(customer))", "index customers"),
        ("alter table secrets add constraint once unique (name)", "index once"),
    ]

    @Test(arguments: obstacles)
    func anObjectUponAColumnStopsNoMigration(statement: String, name: String) async throws {
        try await TestLog.withDatabase { database, logger in
            try await Migrator(migrations: Migration.all.filter { $0.version < 30 }, logger: logger).migrate(database)
            try await PostgresConnection.with(database, logger: logger) { owner in
                try await owner.executeScript(statement)
                try await Migrator(logger: logger).migrate(database)
                #expect(try await owner.query(Self.localized)[0].get(0, as: Int64.self) > 50)
                let named = try await owner.query("select ids_as_bytes_obstacles()")
                #expect(try named.map { try $0.get(0, as: String.self) } == [name])
                // Nothing to be done, and nothing that fails.
                #expect(try await IndexBuilder(configuration: database, logger: logger).build() == [])
                let error = await #expect(throws: PostgresError.self) {
                    try await owner.query("select compare_ids_as_bytes()")
                }
                #expect(error?.message.contains(name) == true)
            }
        }
    }

    @Test func aDatabaseWithEventsIsChangedBesideItsCommands() async throws {
        let event = try await TestLog.with { log in
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
            }
            return try await log.firstRow(of: "events")
        }
        try await TestLog.withDatabase { database, logger in
            try await Migrator(migrations: Migration.all.filter { $0.version < 30 }, logger: logger).migrate(database)
            try await PostgresConnection.with(database, logger: logger) { owner in
                try await owner.query(
                    "insert into events select * from json_populate_record(null::events, $1::json)",
                    [event]
                )
                try await Migrator(logger: logger).migrate(database)
                #expect(try await owner.query(Self.localized)[0].get(0, as: Int64.self) > 50)
                let indexes = IndexBuilder(configuration: database, logger: logger)
                #expect(try await indexes.build()?.isEmpty == false)
                #expect(try await indexes.build()?.isEmpty == true)
                #expect(try await owner.query(Self.localized)[0].get(0, as: Int64.self) == 0)
            }
        }
    }
}
