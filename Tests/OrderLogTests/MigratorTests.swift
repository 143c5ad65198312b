import FoundationEssentials
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
}
