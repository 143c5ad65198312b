import EmbeddedPostgres
import Logging
import OrderLog
import Postgres

extension Database {
    /// As `with`, for reading, but a data directory that another process holds is no obstacle: its database is used
    /// beside it. A cluster that is started for the purpose has its schema brought up to date.
    static func joining<R>(
        _ option: DatabaseOption,
        logger: Logger,
        _ body: (PostgresConfiguration) async throws -> R
    ) async throws -> R {
        do {
            return try await with(option, for: .reading, logger: logger) { database, services in
                if !services.isEmpty { try await Migrator(logger: logger).migrate(database) }
                return try await body(database)
            }
        } catch let error as EmbeddedPostgresError where error.code == .directoryLocked {
            return try await body(EmbeddedPostgres(dataDirectory: option.dataDirectory.path, logger: logger).join())
        }
    }
}
