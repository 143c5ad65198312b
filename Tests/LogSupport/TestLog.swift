package import Logging
package import OrderLog
package import Postgres
import TestSupport

/// A log of its own, on the test process's real PostgreSQL.
package struct TestLog: Sendable {
    package let database: PostgresConfiguration
    package let registry: EpochRegistry
    package let pool: PostgresPool
    package let reader: LogReader
    package let logger: Logger

    /// A migrated, empty log for as long as `body` runs.
    package static func with<R: Sendable>(_ body: @Sendable (TestLog) async throws -> R) async throws -> R {
        try await withDatabase { database, logger in
            try await Migrator(logger: logger).migrate(database)
            let registry = EpochRegistry()
            let pool = LogReader.makePool(configuration: database, registry: registry, logger: logger)
            let reader = LogReader(pool: pool, registry: registry)
            let log = TestLog(database: database, registry: registry, pool: pool, reader: reader, logger: logger)
            return try await body(log)
        }
    }

    /// An empty database without a schema.
    package static func withDatabase<R: Sendable>(
        _ body: @Sendable (PostgresConfiguration, Logger) async throws -> R
    ) async throws -> R {
        try await TestCluster.shared.withDatabase { database in
            var logger = Logger(label: "tests")
            logger.logLevel = .critical
            return try await body(database, logger)
        }
    }

    /// An appender that runs for as long as `body` does.
    package func withAppender<R: Sendable>(
        _ settings: Appender.Settings = Appender.Settings(),
        oldIds: CommandIdFilterCache = CommandIdFilterCache(),
        witness: (any CommitObserver)? = nil,
        _ body: @Sendable (Appender) async throws -> R
    ) async throws -> R {
        let appender = Appender(
            configuration: database,
            registry: registry,
            settings: settings,
            logger: logger,
            oldIds: oldIds,
            witness: witness
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await appender.run() }
            let result = try await body(appender)
            group.cancelAll()
            return result
        }
    }

    /// Ends the server processes of all connections whose application name begins so; as an operator would.
    package func terminate(_ application: String) async throws {
        try await PostgresConnection.with(database, logger: logger) { connection in
            try await connection.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name like $1 and pid <> pg_backend_pid()
                """,
                [application + "%"]
            )
        }
    }
}
