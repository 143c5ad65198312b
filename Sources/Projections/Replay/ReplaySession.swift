import Logging
import OrderLog
import Postgres

/// The parts of a running replay: its connections, the version that it builds, and its progress.
struct ReplaySession: Sendable {
    let name: String
    let version: Int
    /// The number of the last event that the version reflected when the session began.
    let start: Int64
    /// Holds the claim on the projection, and writes the progress.
    let control: PostgresConnection
    /// Reads the log.
    let reader: PostgresConnection
    /// Loads and writes the version's rows.
    let writer: PostgresConnection
    /// The epochs of this database.
    let history: EpochTable
    let limits: ReplayLimits
    let logger: Logger
    let meter: ReplayMeter

    static let settings = [
        // A stalled process must not keep rows or locks for ever; the claim ends with its connection.
        "idle_in_transaction_session_timeout": "10000",
        "statement_timeout": "100000",
        // A session whose process was killed while it waited for a lock must not get the lock.
        "client_connection_check_interval": "1000",
        // Rows and checkpoint are lost together, and then folded again.
        "synchronous_commit": "off",
    ]

    /// Moves the checkpoint in the transaction that writes the rows.
    ///
    /// - Throws: `ReplayFailure.overtaken` where the checkpoint is not at `seq` any more.
    func moveCheckpoint(from seq: Int64, to last: Int64, on transaction: PostgresConnection) async throws {
        let move = ReplayStatements.moveCheckpoint(name, version: version, from: seq, to: history.position(of: last))
        guard try await transaction.query(move.sql, move.bindings).affectedRows == 1 else {
            throw ReplayFailure.overtaken(name)
        }
    }
}
