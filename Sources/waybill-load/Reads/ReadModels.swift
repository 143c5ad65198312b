import Postgres

/// The read models behind the list and the statistics, which may lag behind the log. The current state never does,
/// since it is written with the events.
enum ReadModels {
    /// Waits until the served read models have reached the log's head.
    ///
    /// - Throws: `LoadFailure` where they make no progress for a minute.
    static func waitUntilCaughtUp(with service: Service) async throws {
        var (lowest, moved) = (Int64(-1), ContinuousClock.now)
        while true {
            let (behind, at) = try await service.withDatabase { connection in
                let rows = try await connection.query(
                    """
                    select (select seq from log_head) - coalesce(min(seq), 0) as behind, coalesce(min(seq), 0) as seq
                    from projections join projection_active using (name, version) where name <> 'current'
                    """
                )
                guard let row = rows.first else { return (Int64(0), Int64(0)) }
                return (try row.get("behind", as: Int64.self), try row.get("seq", as: Int64.self))
            }
            if behind <= 0 { return }
            if at > lowest { (lowest, moved) = (at, .now) }
            guard moved.duration(to: .now) < .seconds(60) else {
                throw LoadFailure(
                    "the read models have made no progress for a minute and are \(behind) events behind the log"
                )
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
