import Postgres

/// A server process of an appender, or of its probe, that keeps the head of the log locked while others wait for it.
struct HeadHolder: Sendable, Equatable {
    let pid: Int32
    /// The session's start, in microseconds since 1970, since numbers of processes are used again.
    let beganMicroseconds: Int64
    /// True between two statements of its transaction.
    let isIdle: Bool
    /// The time since its last statement began or ended.
    let seconds: Double
    /// The kind of event that it waits for, as far as it told; nil while it works.
    let waitsFor: String?

    /// True for a process that the server itself should have ended: by `idle_in_transaction_session_timeout` after two
    /// seconds at most, or by `statement_timeout` after ten. It is frozen, or its machine is.
    ///
    /// A process that waits for the disk or for a synchronous standby is none of these: its commit may take its time.
    var isOverdue: Bool {
        if isIdle { return seconds > 3 }
        return seconds > 12 && (waitsFor == nil || waitsFor == "Client" || waitsFor == "Timeout")
    }

    /// Finds those that Waybill's sessions wait for. Only appenders and probes have the settings by which the server
    /// should have ended them: an import may wait for its input, and a migration may compute, for as long as it takes.
    ///
    /// Needs the login's own privileges: a session is shown, and may be ended, by its login alone.
    static func all(on connection: PostgresConnection) async throws(PostgresError) -> [HeadHolder] {
        let rows = try await connection.query(
            """
            select holder.pid, \(began) as began, holder.state like 'idle%' as is_idle, holder.wait_event_type as waits_for,
                extract(epoch from clock_timestamp() - holder.state_change)::float8 as seconds
            from pg_stat_activity as holder
            where holder.datname = current_database()
                and holder.application_name in ('waybill appender', 'waybill probe')
                and holder.state is not null
                and exists (
                    select from pg_locks as held
                    where held.pid = holder.pid and held.granted and held.locktype = 'relation'
                        and held.database = holder.datid
                        and held.relation in (select oid from pg_class where relname = 'log_head')
                        and held.mode in ('RowShareLock', 'RowExclusiveLock'))
                and holder.pid in (
                    select unnest(pg_blocking_pids(waiting.pid)) from pg_stat_activity as waiting
                    where waiting.datname = current_database() and waiting.application_name like 'waybill%'
                        and waiting.wait_event_type = 'Lock')
                and cardinality(pg_blocking_pids(holder.pid)) = 0
            """
        )
        return try rows.map { row throws(PostgresError) in
            try HeadHolder(
                pid: row.get("pid", as: Int32.self),
                beganMicroseconds: row.get("began", as: Int64.self),
                isIdle: row.get("is_idle", as: Bool.self),
                seconds: row.get("seconds", as: Double.self),
                waitsFor: row.get("waits_for", as: String?.self)
            )
        }
    }

    /// SQL for the start of the session `holder`.
    private static let began = "(extract(epoch from holder.backend_start) * 1000000)::bigint"

    /// Ends the session, and no other.
    func end(on connection: PostgresConnection) async throws(PostgresError) {
        try await connection.query(
            """
            select pg_terminate_backend(holder.pid) from pg_stat_activity as holder
            where holder.pid = $1 and \(Self.began) = $2
            """,
            [pid, beganMicroseconds]
        )
    }
}
