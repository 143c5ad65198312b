import Postgres

/// The end of the log as one server tells it.
package struct DatabaseHead: Sendable, Hashable {
    /// The position of the last event.
    package let position: LogPosition
    /// The history of the server, no older than the head.
    package let history: EpochTable
    /// False for a replica, which may lag.
    package let isPrimary: Bool

    static let select = "select \(LogHead.seqSQL) as seq, not pg_is_in_recovery() as is_primary"

    /// - Parameter rows: the result of `select`.
    init(_ rows: PostgresResult, _ history: EpochTable) throws {
        position = history.position(of: try LogHead.decodeSeq(rows))
        self.history = history
        isPrimary = try rows.first?.get("is_primary", as: Bool.self) ?? false
    }

    /// Compares a client's position with the log as the server has it.
    package func check(_ position: LogPosition) -> PositionCheck { history.check(position, head: self.position.seq) }
}
