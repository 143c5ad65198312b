import Postgres

extension PostgresConfiguration {
    /// Lends a connection of its own to `body`.
    func withConnection<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await PostgresConnection.with(self, logger: Service.logger, body)
    }
}
