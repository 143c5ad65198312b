package import Logging
package import OrderLog
package import Postgres
import TestSupport

/// A log in a database of its own, on the test process's real PostgreSQL.
package struct TestLog: Sendable {
    package let database: PostgresConfiguration
    package let registry: EpochRegistry
    package let pool: PostgresPool
    package let reader: LogReader
    package let logger: Logger

    package init(
        database: PostgresConfiguration,
        registry: EpochRegistry,
        pool: PostgresPool,
        reader: LogReader,
        logger: Logger
    ) {
        self.database = database
        self.registry = registry
        self.pool = pool
        self.reader = reader
        self.logger = logger
    }

    /// Runs `body` with a migrated, empty log.
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

    /// Runs `body` with an empty database without a schema.
    package static func withDatabase<R: Sendable>(
        _ body: @Sendable (PostgresConfiguration, Logger) async throws -> R
    ) async throws -> R {
        try await TestCluster.shared.withDatabase { database in
            var logger = Logger(label: "tests")
            logger.logLevel = .critical
            return try await body(database, logger)
        }
    }

    /// Runs `body` with a running appender.
    package func withAppender<R: Sendable>(
        _ settings: Appender.Settings = Appender.Settings(),
        commandIdFilter: CommandIdFilterCache = CommandIdFilterCache(),
        metrics: LogMetrics? = nil,
        observer: (any CommitObserver)? = nil,
        _ body: @Sendable (Appender) async throws -> R
    ) async throws -> R {
        let appender = Appender(
            configuration: database,
            registry: registry,
            settings: settings,
            logger: logger,
            commandIdFilter: commandIdFilter,
            metrics: metrics,
            observer: observer
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await appender.run() }
            let result = try await body(appender)
            group.cancelAll()
            return result
        }
    }

    /// Moves the head as other processes do that commit, each time leaving a dead version of its row.
    package func moveHead(times: Int = 1) async throws {
        try await PostgresConnection.with(database, logger: logger) { connection in
            for _ in 0..<times {
                try await connection.query(
                    "update log_head set recorded_at = recorded_at + interval '1 microsecond' where one"
                )
            }
        }
    }

    /// Ends the server processes of all connections whose application name begins with `prefix`, as an operator would.
    package func terminateConnections(named prefix: String) async throws {
        try await PostgresConnection.with(database, logger: logger) { connection in
            try await connection.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and application_name like $1 and pid <> pg_backend_pid()
                """,
                [prefix + "%"]
            )
        }
    }

    /// Reads any row of a table as JSON; empty text where it has none.
    package func firstRow(of table: String) async throws -> String {
        let rows = try await pool.query("select to_json(t)::text from \(table) t")
        return try rows.first?.get(0, as: String.self) ?? ""
    }
}
