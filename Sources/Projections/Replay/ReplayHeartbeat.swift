import Postgres

/// Writes a replay's progress to the database twice a second, for operators, and reads whether the replay is cancelled.
struct ReplayHeartbeat: Sendable {
    let session: ReplaySession
    let progress: @Sendable (ReplayProgress) -> Void

    /// Runs until the task is cancelled.
    ///
    /// - Throws: `ReplayFailure.cancelled`, or the error of a lost control connection: the claim on the projection is
    ///   lost with the connection.
    func run() async throws {
        while true {
            do {
                try await Task.sleep(for: .milliseconds(500))
            } catch {
                return
            }
            let now = session.meter.measure()
            progress(now)
            let update = ReplayStatements.updateProgress(now)
            let rows = try await session.control.query(update.sql, update.bindings, timeout: .seconds(30))
            guard let row = rows.first else { throw ReplayFailure.overtaken(session.name) }
            // After the takeover there is nothing left to cancel.
            if now.phase != .done, try row.get("is_cancelled", as: Bool.self) {
                throw ReplayFailure.cancelled(session.name)
            }
        }
    }
}
