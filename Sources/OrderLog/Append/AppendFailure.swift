import Postgres

/// The way to go on after a batch failed.
enum AppendFailure: Equatable {
    /// The cause lies outside the batch: run it again as it is.
    case outside
    /// A statement took too long, maybe for what one command asks: run each command alone.
    case timeout
    /// The database refused a statement, or a stored row cannot be read: run each command alone.
    case refusal

    /// Lost connections, shutdowns (class 57), lock and serialisation failures (40, 55), a full disk or other lack of
    /// resources (53) and I/O errors (58) come from outside the batch. PostgreSQL, appendix A.
    /// An error that is not the database's comes from a stored row that cannot be read, and would stop the batch again.
    init(_ error: any Error) {
        if error is DecisionTimeout {
            self = .timeout
            return
        }
        guard let error = error as? PostgresError else {
            self = .refusal
            return
        }
        if Self.isTimeout(error) {
            // Another process holds the head.
            self = LogHead.isLock(error.sql) ? .outside : .timeout
            return
        }
        // A refused login has its own SQLSTATE, and no statement.
        guard error.kind != .connect, let state = error.sqlState else {
            self = error.kind == .decoding ? .refusal : .outside
            return
        }
        // A prepared statement was outdated by a change of a column's type, or deallocated: it is parsed anew.
        if ["0A000", "26000"].contains(state) {
            self = .outside
            return
        }
        if Self.isMaintenance(error) {
            self = .outside
            return
        }
        self = ["08", "25", "40", "53", "55", "57", "58"].contains(state.prefix(2)) ? .outside : .refusal
    }

    /// True where the transaction's commit may have been carried out. A statement that the server itself has ended
    /// takes its transaction with it. An error that is not the database's comes before anything is sent.
    static func mayBeCommitted(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        // A server that ends the session may do so after the commit, while that waits for a standby.
        return error.kind != .server || error.sqlState?.hasPrefix("57P") ?? false
    }

    /// True where deciding took longer than a batch may: a command alone has more time for that.
    static func isLateDecision(_ error: any Error) -> Bool {
        error is DecisionTimeout || (error as? PostgresError)?.sqlState == idleInTransaction
    }

    /// A check_violation (23514) of the constraint by which a day's commands are kept from the default partition while
    /// the day's own is made. Maintenance that was broken off leaves the constraint, and the next one removes it.
    private static func isMaintenance(_ error: PostgresError) -> Bool {
        guard error.sqlState == "23514", let constraint = error.constraint else { return false }
        return constraint.hasPrefix("commands_") && constraint.hasSuffix("_not_in_default")
    }

    /// `statement_timeout` (57014), the limit for the time between two statements (25P03), which deciding may pass, and
    /// the driver's own limit.
    private static func isTimeout(_ error: PostgresError) -> Bool {
        error.kind == .timeout || error.sqlState == "57014" || error.sqlState == idleInTransaction
    }

    /// idle_in_transaction_session_timeout.
    private static let idleInTransaction = "25P03"
}
