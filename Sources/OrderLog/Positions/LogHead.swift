package import Postgres

/// The head of the log, the one row of `log_head`: the last event, and the epoch that appends belong to.
package struct LogHead: Sendable, Equatable {
    let epoch: String
    /// The number of the last event; 0 for an empty log.
    let seq: Int64
    /// Microseconds since 1970. Every commit moves it, also one that leaves `seq` as it is: a command without events, a
    /// replay that activates another version of the current state.
    let recordedAtMicroseconds: Int64

    static let select = "select seq, recorded_at, epoch from log_head"
    static let selectForUpdate = "\(select) for update"

    /// Selects the number of the last event alone, for `decodeSeq`.
    package static let selectSeq = "select seq from log_head"

    /// - Throws: `MissingLogHead`, or `PostgresError`.
    package static func decodeSeq(_ rows: PostgresResult) throws -> Int64 {
        guard let row = rows.first else { throw MissingLogHead() }
        return try row.get("seq", as: Int64.self)
    }

    init(epoch: String, seq: Int64, recordedAtMicroseconds: Int64) {
        self.epoch = epoch
        self.seq = seq
        self.recordedAtMicroseconds = recordedAtMicroseconds
    }

    /// - Parameter rows: the result of `select` or `selectForUpdate`.
    /// - Throws: `MissingLogHead`, or `PostgresError`.
    init(_ rows: PostgresResult) throws {
        guard let row = rows.first else { throw MissingLogHead() }
        try self.init(
            epoch: row.get("epoch", as: String.self),
            seq: row.get("seq", as: Int64.self),
            recordedAtMicroseconds: row.get("recorded_at", as: PostgresTimestamp.self).unixMicroseconds
        )
    }
}

/// The error of a database whose table `log_head` has no row.
struct MissingLogHead: Error, CustomStringConvertible {
    var description: String { "the table `log_head` is empty: the database is damaged; restore it from a backup" }
}
