import Logging
import OrderLog
import Postgres
import Synchronization

/// One replay under way: its connections, its claim on the projection, and where it stands.
struct ReplaySession: Sendable {
    let name: String
    let version: Int
    /// Where the version stood when this session took it up.
    let start: Int64
    /// Holds the claim, and says how it goes.
    let control: PostgresConnection
    /// Reads the log.
    let reader: PostgresConnection
    /// Writes the version's rows, and loads them.
    let writer: PostgresConnection
    /// The epochs as this database has them.
    let history: EpochTable
    let limits: ReplayLimits
    let logger: Logger
    let state: ReplayMeter

    static let settings = [
        // A stalled process must not hold rows or locks for ever; the claim goes with its connection.
        "idle_in_transaction_session_timeout": "10000",
        "statement_timeout": "100000",
        // One that was killed while it waited for a lock must not be given it.
        "client_connection_check_interval": "1000",
        // Rows and checkpoint are lost together, and then folded again.
        "synchronous_commit": "off",
    ]

    /// Moves the checkpoint in the transaction that writes the rows.
    func moveCheckpoint(from seq: Int64, to last: Int64, on transaction: PostgresConnection) async throws {
        let move = ReplayStatements.move(name, version: version, from: seq, to: history.position(of: last))
        guard try await transaction.query(move.sql, move.bindings).affectedRows == 1 else {
            throw ReplayFailure.overtaken(name)
        }
    }
}

/// Where a replay stands, for those who watch.
final class ReplayMeter: Sendable {
    private let state: Mutex<(progress: ReplayProgress, rate: ReplayRate)>
    private let started = ContinuousClock.now

    init(_ progress: ReplayProgress) {
        state = Mutex((progress, ReplayRate()))
    }

    var progress: ReplayProgress { state.withLock { $0.progress } }

    func note(seq: Int64? = nil, head: Int64? = nil, phase: ReplayProgress.Phase? = nil) {
        state.withLock { state in
            if let seq { state.progress.seq = seq }
            if let head { state.progress.head = max(head, state.progress.seq) }
            if let phase { state.progress.phase = phase }
        }
    }

    func noteHeld(_ duration: Duration) {
        state.withLock { $0.progress.heldMilliseconds = duration / .milliseconds(1) }
    }

    /// Looks at the clock, for the rate.
    func measured() -> ReplayProgress {
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        return state.withLock { state in
            state.progress.eventsPerSecond = state.rate.note(state.progress.seq, at: seconds)
            return state.progress
        }
    }
}
