import Logging
import Postgres

/// Asks a connection that was idle for an answer, so that a batch does not wait for a server process that has frozen
/// meanwhile.
struct IdleConnectionCheck {
    private var lastUse = ContinuousClock.now

    /// - Returns: false where the connection gives no answer.
    mutating func isAlive(_ connection: PostgresConnection, _ logger: Logger) async -> Bool {
        let now = ContinuousClock.now
        defer { lastUse = now }
        guard now - lastUse > .seconds(1) else { return true }
        do {
            try await connection.query("select 1", timeout: .seconds(1))
            return true
        } catch {
            logger.warning(
                "the appender's idle connection did not answer; connecting again",
                metadata: ["error": "\(error)"]
            )
            return false
        }
    }
}
