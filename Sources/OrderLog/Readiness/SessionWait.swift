import Postgres

/// The state of a server process, as the server's statistics tell.
struct SessionWait: Sendable, Equatable {
    enum Cause: Equatable {
        /// The disk, or a synchronous standby: a commit may take its time. Also what the server does not show.
        case disk
        /// A lock, for which the server itself has a limit.
        case lock
        /// The process computes, or reads a long request: the server ends that by `statement_timeout`. Or it is frozen.
        case work
        /// Nothing that the process tells: it never got the request, or sleeps with nobody to wake it.
        case nothing
        /// Not known: the connection that was to tell it leads to another server.
        case unknown
    }

    /// False where the answer came from another server, which knows nothing of the session.
    var isSameServer = true
    /// False where the session has gone.
    let isThere: Bool
    /// As `pg_stat_activity.state`.
    let state: String?
    /// The kind of event, and the event, that the process waits for; nil while it computes.
    let eventType: String?
    let event: String?
    /// The bytes of the write-ahead log that were written, and those that are on disk.
    let insertedBytes: Int64
    let flushedBytes: Int64
    /// The start of the statement at work, or of the last one, and the last change of `state`, in microseconds since
    /// 1970; 0 where the server does not tell.
    var statementBeganMicroseconds: Int64 = 0
    var stateChangedMicroseconds: Int64 = 0
    /// The time since the start of that statement, by the server's clock.
    var statementAge: Duration = .zero

    /// True where the process has gone on to another statement, or ended one, since an earlier look.
    func hasGoneOn(since earlier: SessionWait) -> Bool {
        statementBeganMicroseconds != earlier.statementBeganMicroseconds
            || stateChangedMicroseconds != earlier.stateChangedMicroseconds
    }

    /// The cause of a long wait.
    ///
    /// - Parameter earlier: the state of the same process at an earlier moment of the wait.
    func cause(after earlier: SessionWait?, isCommitting: Bool) -> Cause {
        guard isSameServer else { return .unknown }
        switch (eventType, event) {
        // Between processes: for a standby, or for another process that reads or writes. Extensions wait for storage
        // that is elsewhere.
        case ("IO", _), ("IPC", _), ("Extension", _): return .disk
        case ("Lock", _): return .lock
        case ("LWLock", _):
            // It waits for others that write, as a rule. Once all is on disk that was to be written, it sleeps alone.
            guard let earlier, earlier.eventType == "LWLock" else { return .disk }
            return flushedBytes >= earlier.insertedBytes ? .nothing : .disk
        default:
            guard isThere else { return .nothing }
            // While a batch begins, this process decides it between two statements.
            switch state {
            case "active": return .work
            case "idle": return .nothing
            case "idle in transaction": return isCommitting ? .nothing : .disk
            default: return .disk
            }
        }
    }

    /// Asks for the state of a session's process. Needs the login's own privileges: a session is shown to its login
    /// alone.
    static func read(
        _ session: ServerSession,
        on connection: PostgresConnection
    ) async throws(PostgresError) -> SessionWait {
        let rows = try await connection.query(
            """
            select \(ServerSession.isSameServer) as is_same_server, a.pid is not null as is_there,
                a.state, a.wait_event_type, a.wait_event,
                (pg_current_wal_insert_lsn() - '0/0')::bigint as inserted,
                (pg_current_wal_flush_lsn() - '0/0')::bigint as flushed,
                coalesce((extract(epoch from a.query_start) * 1000000)::bigint, 0) as began,
                coalesce((extract(epoch from a.state_change) * 1000000)::bigint, 0) as changed,
                coalesce((extract(epoch from clock_timestamp() - a.query_start) * 1000000)::bigint, 0) as age
            from (values (true)) as one left join pg_stat_activity as a on \(ServerSession.isSession)
            """,
            session.bindings
        )
        guard let row = rows.first else { throw PostgresError(.decoding, "the server told no state of a session") }
        return SessionWait(
            isSameServer: try row.get("is_same_server", as: Bool.self),
            isThere: try row.get("is_there", as: Bool.self),
            state: try row.get("state", as: String?.self),
            eventType: try row.get("wait_event_type", as: String?.self),
            event: try row.get("wait_event", as: String?.self),
            insertedBytes: try row.get("inserted", as: Int64.self),
            flushedBytes: try row.get("flushed", as: Int64.self),
            statementBeganMicroseconds: try row.get("began", as: Int64.self),
            stateChangedMicroseconds: try row.get("changed", as: Int64.self),
            statementAge: .microseconds(try row.get("age", as: Int64.self))
        )
    }
}
