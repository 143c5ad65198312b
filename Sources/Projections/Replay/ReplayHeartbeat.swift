import Postgres

/// Says twice a second how the replay goes, where operators can see it, and hears whether it is cancelled.
struct ReplayHeartbeat: Sendable {
    let session: ReplaySession
    let progress: @Sendable (ReplayProgress) -> Void

    /// Until it is cancelled.
    ///
    /// - Throws: `ReplayFailure.cancelled`; what the control connection throws when it is lost, since the claim on the
    ///   projection is lost with it.
    func run() async throws {
        while true {
            do {
                try await Task.sleep(for: .milliseconds(500))
            } catch {
                return
            }
            let now = session.state.measured()
            progress(now)
            let beat = ReplayStatements.beat(now)
            let rows = try await session.control.query(beat.sql, beat.bindings, timeout: .seconds(30))
            guard let row = rows.first else { throw ReplayFailure.overtaken(session.name) }
            // Once it has taken over there is nothing left to cancel.
            if now.phase != .done, try row.get(0, as: Bool.self) { throw ReplayFailure.cancelled(session.name) }
        }
    }
}
