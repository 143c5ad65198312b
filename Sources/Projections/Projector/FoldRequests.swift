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
        // A standby notifies nobody.
        _ = try? await pool.query("select pg_notify($1, '') where not pg_is_in_recovery()", [Self.channel])
    }
}
