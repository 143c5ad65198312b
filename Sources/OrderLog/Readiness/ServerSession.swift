import Postgres

/// A session of a server, told from all others. The number of its process does not do that: it is used again, and
/// another server, which a later connection may lead to, has a process of the same number.
struct ServerSession: Sendable, Equatable {
    /// The server process, as the server itself numbers it: a pooler has numbers of its own.
    let pid: Int32
    let applicationName: String
    let user: String
    let database: String
    /// Microseconds since 1970; 0 where the server does not tell.
    let beganMicroseconds: Int64
    /// The start of the server, in microseconds since 1970.
    let serverBeganMicroseconds: Int64

    /// SQL for the start of the server that answers.
    private static let serverBegan = "(extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint"

    /// SQL for the start of a session `a` of `pg_stat_activity`.
    private static let began = "coalesce((extract(epoch from a.backend_start) * 1000000)::bigint, 0)"

    /// SQL that is true where the answer comes from this session's server; `$6` of `bindings`.
    static let isSameServer = "\(serverBegan) = $6"

    /// SQL that is true for this session as a row `a` of `pg_stat_activity`.
    static let isSession = """
        a.pid = $1 and coalesce(a.application_name::text, '') = $2 and a.usename::text = $3 and a.datname::text = $4 \
        and \(began) = $5 and \(isSameServer)
        """

    /// The parameters of `isSession`.
    var bindings: [any PostgresEncodable & Sendable] {
        [pid, applicationName, user, database, beganMicroseconds, serverBeganMicroseconds]
    }

    /// Reads the identity of the connection's own session. By the login's own privileges, as `SessionWait` looks for
    /// it: a session's start is shown to its login alone.
    ///
    /// - Returns: nil where the server does not show the session.
    static func current(of connection: PostgresConnection) async throws(PostgresError) -> ServerSession? {
        let results = try await connection.pipeline(
            [
                PostgresQuery("begin isolation level read committed"), PostgresQuery("set local role none"),
                PostgresQuery(
                    """
                    select a.pid, coalesce(a.application_name::text, '') as application, a.usename::text as login,
                        a.datname::text as database, \(began) as began, \(serverBegan) as server_began
                    from pg_stat_activity as a where a.pid = pg_backend_pid()
                    """
                ),
                PostgresQuery("rollback"),
            ],
            timeout: LogConnection.readTimeout
        )
        guard let row = results[2].first else { return nil }
        return ServerSession(
            pid: try row.get("pid", as: Int32.self),
            applicationName: try row.get("application", as: String.self),
            user: try row.get("login", as: String.self),
            database: try row.get("database", as: String.self),
            beganMicroseconds: try row.get("began", as: Int64.self),
            serverBeganMicroseconds: try row.get("server_began", as: Int64.self)
        )
    }

    /// Ends the session's process, and no other.
    func end(on connection: PostgresConnection) async throws(PostgresError) {
        try await connection.query(
            "select pg_terminate_backend(a.pid) from pg_stat_activity as a where \(Self.isSession)",
            bindings
        )
    }
}
