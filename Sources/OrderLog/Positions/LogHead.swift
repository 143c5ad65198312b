import Orders
package import Postgres

/// The head of the log, the one row of `log_head`: the last event, and the epoch that appends belong to.
package struct LogHead: Sendable, Equatable {
    let epoch: String
    /// The number of the last event; 0 for an empty log.
    let seq: Int64
    /// Microseconds since 1970. Every commit moves it, also one that leaves `seq` as it is: a command without events, a
    /// replay that activates another version of the current state.
    let recordedAtMicroseconds: Int64

    /// Locks the row, wherever it is. By its index, since its table may hold many dead versions of the row.
    static let selectForUpdate = lock(where: "one")

    /// Locks the row in a block or after it, and finds nothing where it has moved to a block before.
    private static let selectNearForUpdate = lock(where: "ctid >= $1::text::tid")

    /// SQL that locks the row, and then reads the clock: `waited` is the time since the transaction began, in
    /// microseconds. From then on others wait with the transaction, so its own waits for locks are limited.
    private static func lock(where condition: String) -> String {
        """
        select h.*, clock_timestamp() as now,
            (extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000000)::int8 as waited,
            \(LogConnection.limitLockWaitExpression)
        from (
            select seq, recorded_at, epoch, ctid::text as place from log_head where \(condition) for update
        ) h
        """
    }

    /// Locks the row.
    ///
    /// The result also tells the server's time under the lock, and the time that the transaction has waited for it.
    ///
    /// - Parameter place: the row's place at an earlier time. Where the row has left that block and those after it, the
    ///   result is empty and nothing is locked.
    static func lock(near place: HeadPlace?) -> PostgresQuery {
        place.map { PostgresQuery(selectNearForUpdate, [$0.block]) } ?? PostgresQuery(selectForUpdate)
    }

    /// Moves the row where it is as this process left it, and fails with `division_by_zero` where it has moved or is
    /// locked by another session. Never waits for the row.
    ///
    /// The result tells the row's new place, and the server's time under the lock.
    ///
    /// - Parameters:
    ///   - head: the head after this process's last commit.
    ///   - place: the row's place then; with `isBehind` its place before that commit, whose answer has not come. Then
    ///     the row is sought in that block and those after it.
    ///   - next: the head after the transaction, of the same epoch.
    static func moveUnmoved(
        _ head: LogHead,
        at place: HeadPlace,
        isBehind: Bool = false,
        to next: LogHead
    ) -> PostgresQuery {
        PostgresQuery(
            """
            with unmoved as (
                select ctid from log_head
                where ctid \(isBehind ? ">=" : "=") $1::text::tid and seq = $2 and recorded_at = $3 and epoch = $4 for update skip locked
            ), moved as (
                update log_head set seq = $5, recorded_at = $6 where ctid = (select ctid from unmoved) returning ctid
            )
            select max(ctid)::text as place, 1 / count(*) as moved, clock_timestamp() as now,
                \(LogConnection.limitLockWaitExpression)
            from moved
            """,
            [
                isBehind ? place.block : place.ctid, head.seq, PostgresTimestamp(head.recordedAt), head.epoch,
                next.seq, PostgresTimestamp(next.recordedAt),
            ]
        )
    }

    /// The time at which the next events are recorded: the log's time never goes back, whatever the clock does.
    ///
    /// - Parameter time: the time by the clock, in microseconds since 1970.
    func timeAfter(_ time: Int64) -> Timestamp { Timestamp(unixMicroseconds: max(recordedAtMicroseconds, time)) }

    /// The time of the last commit.
    var recordedAt: Timestamp { Timestamp(unixMicroseconds: recordedAtMicroseconds) }

    /// True for the SQL of `lock`.
    static func isLock(_ sql: String?) -> Bool { sql == selectForUpdate || sql == selectNearForUpdate }

    /// SQL for the number of the last event.
    ///
    /// Read from the events, and not from the head's row: a snapshot sees both of one commit or neither, and this index
    /// has no dead entries to pass. See `HeadPlace`.
    package static let seqSQL = "(select coalesce(max(seq), 0) from events)"

    /// Selects the number of the last event alone, for `decodeSeq`.
    package static let selectSeq = "select \(seqSQL) as seq"

    /// Selects the number of the last event and the newest epoch.
    static let selectPosition = """
        select \(seqSQL) as seq, (select epoch from log_epochs order by ordinal desc limit 1) as epoch
        """

    /// - Throws: `MissingLogHead`, or `PostgresError`.
    package static func decodeSeq(_ rows: PostgresResult) throws -> Int64 {
        guard let row = rows.first else { throw MissingLogHead() }
        return try row.get("seq", as: Int64.self)
    }

    /// The day after that of the last commit in UTC, as `2026-11-24`: all commands were recorded before it. Nil for a
    /// log without any.
    var dayAfter: String? {
        let (time, overflows) = recordedAtMicroseconds.addingReportingOverflow(86_400_000_000)
        let next = Timestamp(unixMicroseconds: time)
        guard recordedAtMicroseconds > 0, !overflows, next.unixMicroseconds == time else { return nil }
        return String(next.rfc3339.prefix(10))
    }

    init(epoch: String, seq: Int64, recordedAtMicroseconds: Int64) {
        self.epoch = epoch
        self.seq = seq
        self.recordedAtMicroseconds = recordedAtMicroseconds
    }

    /// - Parameter rows: the result of `selectForUpdate` or `lock`.
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
