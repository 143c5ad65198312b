import Logging
import OrderLog
import Postgres

extension Database {
    /// Gives `body` one connection to the log's database, which acts as the service does. A signal interrupts `body`.
    ///
    /// - Parameter purpose: `writing` brings the schema up to date first.
    static func withLog(
        _ option: DatabaseOption,
        for purpose: Purpose,
        _ body: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) async throws {
        let logger = LogLevel.logger(verbose: false)
        try await Interruptible.run {
            try await with(option, for: purpose, logger: logger) { database, _ in
                if purpose == .writing { try await Migrator(logger: logger).migrate(database) }
                var configuration = database
                configuration.applicationName = "waybill log"
                configuration.roleExpression = LogConnection.roleExpression
                configuration.serverSettings.merge(LogConnection.settings) { $1 }
                configuration.requestTimeout = LogConnection.requestTimeout
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                let result: Result<Void, any Error>
                do {
                    result = .success(try await body(connection))
                } catch {
                    result = .failure(error)
                }
                await connection.close()
                try result.get()
            }
        }
    }
}
