import Postgres

/// The way to go on after a batch failed.
enum AppendFailure: Equatable {
    /// Run the batch again as it is.
    case retry
    /// Run each command alone.
    case batch

    /// Lost connections, timeouts, shutdowns (class 57), lock and serialisation failures (40, 55), a full disk or other
    /// lack of resources (53) and I/O errors (58) come from outside the batch. PostgreSQL, appendix A.
    /// An error that is not the database's comes from a stored row that cannot be read, and would stop the batch again.
    init(_ error: any Error) {
        guard let error = error as? PostgresError else {
            self = .batch
            return
        }
        guard let state = error.sqlState else {
            self = error.kind == .decoding ? .batch : .retry
            return
        }
        self = ["08", "25", "40", "53", "55", "57", "58"].contains(state.prefix(2)) ? .retry : .batch
    }
}
