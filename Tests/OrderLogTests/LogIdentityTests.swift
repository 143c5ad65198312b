import LogSupport
import Logging
import Postgres
import Schema
import Testing

@testable import OrderLog

@Suite struct LogIdentityTests {
    /// The column that this version compares besides the identity.
    private static let addedBy = 36

    @Test func anotherConnectionToTheSameDatabaseOpensNoEpoch() async throws {
        try await TestLog.with { log in
            _ = try await log.reader.head()
            #expect(try await epochs(in: log) == 1)
            try await connect(to: log)
            #expect(try await epochs(in: log) == 1)
        }
    }

    /// `create database … template` copies everything but the database's oid.
    @Test func aCopyOfTheDatabaseOpensAnEpoch() async throws {
        try await TestLog.with { log in
            _ = try await log.reader.head()
            try await asOwner(log, "update log_epochs set database = database + 1")
            try await connect(to: log)
            #expect(try await epochs(in: log) == 2)
            try await connect(to: log)
            #expect(try await epochs(in: log) == 2)
        }
    }

    /// Networks and machines are in trouble when servers fail over.
    @Test func aSessionThatFallsSilentWhileItOpensAnEpochLosesTheHead() async throws {
        try await TestLog.with { log in
            try await PostgresConnection.with(log.database, logger: log.logger) { silent in
                try await PostgresConnection.with(log.database, logger: log.logger) { other in
                    await #expect(throws: PostgresError.self) {
                        try await silent.withTransaction { transaction in
                            try await EpochStore.lockHead(on: transaction)
                            try await other.query("select from log_head where one for update", timeout: .seconds(4))
                        }
                    }
                    #expect(!silent.isOpen && other.isOpen)
                }
            }
        }
    }

    @Test func theUpgradeOpensNoEpoch() async throws {
        try await TestLog.withDatabase { database, logger in
            let before = Migration.all.filter { $0.version < Self.addedBy }
            try await Migrator(migrations: before, logger: logger).migrate(database)
            try await openAsTheVersionBefore(database, logger)
            try await Migrator(logger: logger).migrate(database)
            let table = try await ensure(on: database, logger)
            #expect(table.epochs.map(\.name) == ["aaaaaaaa"])
        }
    }

    @Test func anEpochOfAnOlderProcessBesideIsTheDatabasesOwn() async throws {
        try await TestLog.withDatabase { database, logger in
            try await Migrator(logger: logger).migrate(database)
            try await openAsTheVersionBefore(database, logger)
            let table = try await ensure(on: database, logger)
            #expect(table.epochs.map(\.name) == ["aaaaaaaa"])
        }
    }

    /// Opens an epoch as processes of the version before do, which know of no column `database`.
    private func openAsTheVersionBefore(_ database: PostgresConfiguration, _ logger: Logger) async throws {
        try await PostgresConnection.with(database, logger: logger) { connection in
            try await connection.executeScript(
                """
                insert into log_epochs (ordinal, epoch, first_seq, identity, opened_at)
                select 1, 'aaaaaaaa', 1, (select system_identifier from pg_control_system()) || '/'
                    || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || '/'
                    || (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint || '/'
                    || 'events'::regclass::oid, clock_timestamp();
                update log_head set epoch = 'aaaaaaaa';
                """
            )
        }
    }

    private func ensure(on database: PostgresConfiguration, _ logger: Logger) async throws -> EpochTable {
        try await PostgresConnection.with(database, logger: logger) { connection in
            try await EpochStore.ensure(on: connection, registry: EpochRegistry(), logger: logger)
        }
    }

    private func connect(to log: TestLog) async throws {
        _ = try await ensure(on: log.database, log.logger)
    }

    private func asOwner(_ log: TestLog, _ sql: String) async throws {
        try await PostgresConnection.with(log.database, logger: log.logger) { try await $0.executeScript(sql) }
    }

    private func epochs(in log: TestLog) async throws -> Int64 {
        try await log.pool.query("select count(*) from log_epochs")[0].get(0, as: Int64.self)
    }
}
