import LogSupport
import Postgres
import Schema
import Testing

@testable import OrderLog

@Suite struct MigrationLockTests {
    private static let first = Migration(version: 1, name: "table", sql: "create table things (id int primary key)")
    private static let second = Migration(version: 2, name: "column", sql: "alter table things add column name text")

    @Test func aMigrationThatWaitsForADumpKeepsOthersWaitingForAMoment() async throws {
        try await TestLog.withDatabase { database, logger in
            try await Migrator(migrations: [Self.first], logger: logger).migrate(database)
            try await PostgresConnection.with(database, logger: logger) { dump in
                try await dump.query("begin")
                try await dump.query("lock table things in access share mode")
                async let applied = Migrator(migrations: [Self.first, Self.second], logger: logger).migrate(database)
                try await PostgresConnection.with(database, logger: logger) { other in
                    try await Self.waitForTheMigration(other)
                    let began = ContinuousClock.now
                    // Waits behind the migration, which itself waits for the dump.
                    try await other.query("select * from things", timeout: .seconds(10))
                    #expect(ContinuousClock.now - began < .seconds(3))
                    let columns = try await other.query("select * from things limit 0").columnNames
                    #expect(columns == ["id"], "the migration still waits for the dump")
                }
                try await dump.query("commit")
                #expect(try await applied == [Self.second])
            }
        }
    }

    /// As of a process that is stopped, or cut off from the server.
    @Test func aSilentMigrationKeepsOthersWaitingForSeconds() async throws {
        try await TestLog.withDatabase { database, logger in
            var configuration = database
            configuration.serverSettings = Migrator.sessionSettings
            try await PostgresConnection.with(configuration, logger: logger) { silent in
                try await silent.query("select pg_advisory_lock(\(Migrator.lock))")
                let applied = try await Migrator(migrations: [Self.first], logger: logger).migrate(database)
                #expect(applied == [Self.first] && !silent.isOpen)
            }
        }
    }

    private static func waitForTheMigration(_ connection: PostgresConnection) async throws {
        let waiting = "select 1 from pg_locks where relation = 'things'::regclass and not granted"
        for _ in 0..<1000 {
            if try await !connection.query(waiting).isEmpty { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("the migration never waited for the table")
    }
}
