import EmbeddedPostgres
import Logging
import Postgres
import ServiceLifecycle

/// The database that a command works on, for as long as it works.
enum Database {
    /// Gives `body` the database at `url`, or else the embedded cluster of the data directory, which is started or adopted
    /// and stopped again, whatever becomes of `body`.
    static func with<R>(
        url: String?,
        dataDirectory: String,
        logger: Logger,
        _ body: (PostgresConfiguration, [any Service]) async throws -> R
    ) async throws -> R {
        if let url { return try await body(PostgresConfiguration(connectionString: url), []) }
        // Held until the cluster has stopped: two services must not share one.
        let lock = try DataDirectoryLock(dataDirectory: dataDirectory)
        defer { withExtendedLifetime(lock) {} }
        let cluster = EmbeddedPostgres(dataDirectory: dataDirectory, logger: logger)
        let result: Result<R, any Error>
        do {
            let configuration = try await cancelWhenGracefulShutdown { try await cluster.start() }
            result = .success(try await body(configuration, [cluster]))
        } catch {
            result = .failure(error)
        }
        // What is left of the ten seconds after the server's own six: then PostgreSQL is told to quit, and recovers by itself.
        try await cluster.stop(within: .seconds(3))
        return try result.get()
    }
}
