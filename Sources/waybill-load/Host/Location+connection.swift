import EmbeddedPostgres
import Postgres

extension EmbeddedPostgres.Location {
    /// Lends a connection to the database for as long as `body` runs.
    func withConnection<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(host: socketDirectory, port: port, database: database, user: user),
            logger: Service.logger
        )
        let result: Result<R, any Error>
        do {
            result = .success(try await body(connection))
        } catch {
            result = .failure(error)
        }
        await connection.close()
        return try result.get()
    }
}
