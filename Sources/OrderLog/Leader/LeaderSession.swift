import Postgres

/// The leader's session, as its server shows it to other sessions.
struct LeaderSession: Sendable, Equatable {
    let pid: Int32
    /// The session's start, in microseconds since 1970, since numbers of processes are used again; 0 where the server
    /// does not tell.
    let beganMicroseconds: Int64
    /// The client's address; nil for a local socket, and where the server does not tell.
    let address: String?
    /// True between two statements; nil where the server does not tell, since another login runs the leader.
    let isIdle: Bool?
    /// The time since the session's last statement began or ended, in seconds.
    let seconds: Double
    /// The kind of event that the session waits for; nil while it works.
    let waitsFor: String?

    /// The time without a word from the leader after which its session may be ended, in seconds. The leader says
    /// something each second.
    static let silenceSeconds = 5.0

    /// True for a session whose process does not run, or cannot be reached. Also one that the server should have ended
    /// by `statement_timeout`, after ten seconds: its server process is frozen, or its client takes no more.
    var isSilent: Bool {
        switch isIdle {
        case true?: seconds > Self.silenceSeconds
        case false?:
            waitsFor == "Client"
                ? seconds > Self.silenceSeconds : seconds > 12 && (waitsFor == nil || waitsFor == "Timeout")
        case nil: false
        }
    }

    /// Finds the leader's session; nil for none.
    ///
    /// By the login's own privileges: a session is shown to its login alone.
    static func current(on connection: PostgresConnection) async throws(PostgresError) -> LeaderSession? {
        let rows = try await queryAsLogin(
            PostgresQuery(
                """
                select a.pid, \(Self.began) as began, host(a.client_addr) as address, a.state like 'idle%' as is_idle,
                    a.wait_event_type as waits_for,
                    coalesce(extract(epoch from clock_timestamp() - a.state_change), 0)::float8 as seconds
                from \(LeaderLock.holder)
                """
            ),
            on: connection
        )
        guard let row = rows.first else { return nil }
        return LeaderSession(
            pid: try row.get("pid", as: Int32.self),
            beganMicroseconds: try row.get("began", as: Int64.self),
            address: try row.get("address", as: String?.self),
            isIdle: try row.get("is_idle", as: Bool?.self),
            seconds: try row.get("seconds", as: Double.self),
            waitsFor: try row.get("waits_for", as: String?.self)
        )
    }

    /// Ends the session, unless it has ceased to lead.
    func end(on connection: PostgresConnection) async throws(PostgresError) {
        let query = PostgresQuery(
            "select pg_terminate_backend(a.pid) from \(LeaderLock.holder) and a.pid = $1 and \(Self.began) = $2",
            [pid, beganMicroseconds]
        )
        _ = try await Self.queryAsLogin(query, on: connection)
    }

    /// SQL for the start of the session `a`.
    private static let began = "coalesce((extract(epoch from a.backend_start) * 1000000)::bigint, 0)"

    /// True for the same session as another look has found it.
    func isSession(_ other: LeaderSession) -> Bool { pid == other.pid && beganMicroseconds == other.beganMicroseconds }

    private static func queryAsLogin(
        _ query: PostgresQuery,
        on connection: PostgresConnection
    ) async throws(PostgresError) -> PostgresResult {
        try await connection.pipeline(
            [
                PostgresQuery("begin isolation level read committed"), PostgresQuery("set local role none"), query,
                PostgresQuery("commit"),
            ],
            timeout: LogConnection.readTimeout
        )[2]
    }
}
