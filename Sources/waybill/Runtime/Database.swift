import EmbeddedPostgres
import Logging
import OrderLog
import Postgres
import ServiceLifecycle

/// The database that a command works on, for as long as it works.
enum Database {
    /// The treatment of a data directory that has no database.
    enum Purpose {
        /// The command reads: a missing database is an error, and nothing is made.
        case reading
        /// The command fills or serves: a missing database is made.
        case writing
    }

    /// Gives `body` the database that an option names, or else the embedded cluster of the data directory, which is
    /// started or adopted and stopped again, whatever becomes of `body`.
    ///
    /// - Parameter prepare: called before a cluster is made or started, so that what is wrong is found before that
    ///   work.
    static func with<R>(
        _ option: DatabaseOption,
        for purpose: Purpose,
        logger: Logger,
        prepare: () async throws -> Void = {},
        _ body: (PostgresConfiguration, [any Service]) async throws -> R
    ) async throws -> R {
        if var configuration = try option.configuration() {
            try option.warnOfExposure(logger)
            try await prepare()
            // First of all: after a failover without fencing, the first host may be the old primary.
            try await PrimaryChoice.settle(&configuration, logger: logger)
            try await PostgresConnection.requireLastingSession(configuration, logger: logger)
            return try await body(configuration, [])
        }
        if purpose == .reading { try option.dataDirectory.requireDatabase() }
        let directory = option.dataDirectory.path
        // Held until the cluster has stopped: two services must not share one.
        let lock = try DataDirectoryLock(dataDirectory: directory)
        defer { withExtendedLifetime(lock) {} }
        try await prepare()
        let cluster = EmbeddedPostgres(dataDirectory: directory, logger: logger)
        let result: Result<R, any Error>
        do {
            let configuration = try await cancelWhenGracefulShutdown { try await cluster.start() }
            result = .success(try await body(configuration, [cluster]))
        } catch {
            result = .failure(error)
        }
        // The rest of ten seconds, of which the server's own end may take six. After it PostgreSQL is told to quit at
        // once, and recovers by itself at the next start.
        try await cluster.stop(within: .seconds(3))
        return try result.get()
    }
}
