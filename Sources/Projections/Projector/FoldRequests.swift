import Postgres
import Synchronization

/// The requests of readers that wait for events: the projector of whichever process leads folds them without a pause.
final class FoldRequests: Sendable {
    private let pool: PostgresPool
    private let pace: ProjectionPace
    private let lastSent = Mutex<ContinuousClock.Instant?>(nil)

    /// The NOTIFY channel of the requests to the leader's projector.
    static let channel = "waybill_projector"
    /// The least time between two notifications of one process, which appends of other processes wait for.
    private static let interval: Duration = .milliseconds(10)

    /// Limits the wait for others that notify.
    private static let lockTimeout = "set local lock_timeout = '100ms'"

    init(pool: PostgresPool, pace: ProjectionPace) {
        self.pool = pool
        self.pace = pace
    }

    /// Ends the projector's pause. A request that gets lost costs the pause and nothing else: readers send it again.
    func send() async {
        if pace.isRunning { return pace.endPause() }
        let now = ContinuousClock.now
        let isDue = lastSent.withLock { last in
            if let last, now - last < Self.interval { return false }
            last = now
            return true
        }
        guard isDue else { return }
        // A commit that waits for a synchronous standby keeps all notifications of the server waiting, and this read's
        // connection with them.
        _ = try? await pool.withConnection { connection in
            try await connection.pipeline([
                PostgresQuery("begin isolation level read committed"), PostgresQuery(Self.lockTimeout),
                // A standby notifies nobody.
                PostgresQuery("select pg_notify($1, '') where not pg_is_in_recovery()", [Self.channel]),
                PostgresQuery("commit"),
            ])
        }
    }
}
