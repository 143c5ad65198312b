import Postgres

extension PostgresConfiguration {
    /// Lends a connection of its own to `body`. Filling a long log takes minutes a statement.
    func withConnection<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        var configuration = self
        configuration.requestTimeout = .seconds(3600)
        return try await PostgresConnection.with(configuration, logger: Service.logger, body)
    }
}
