package import Postgres

/// The sessions of staff and operators, shared by all processes.
package struct SessionStore: Sendable {
    /// The most sessions of one person; the oldest makes room for another.
    package static let limitPerActor = 50

    private let pool: PostgresPool
    private let sealedTokens = BatchingLoader<[UInt8], [UInt8]?>(concurrency: 2, batchLimit: 100)

    /// - Parameter pool: acts as the writer role.
    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Begins a session.
    ///
    /// - Parameters:
    ///   - hash: names the session.
    ///   - actor: the person, whose sessions are counted.
    ///   - expiresAt: seconds since 1970 at which the token is refused. The row goes later.
    package func begin(_ hash: [UInt8], of actor: String, sealedToken: [UInt8], expiresAt: Double) async throws {
        try await write(
            """
            with oldest as (
                delete from staff_sessions where session_hash in (
                    select s.session_hash from staff_sessions s
                    where s.actor = $2 order by s.created_at desc offset $5)
            )
            insert into staff_sessions (session_hash, actor, sealed_token, expires_at)
            values ($1, $2, $3, to_timestamp($4::float8))
            """,
            [
                PostgresBytes(hash), actor, PostgresBytes(sealedToken), expiresAt, Int64(Self.limitPerActor - 1),
            ]
        )
    }

    /// The sealed token of a session; nil for a session that has ended. Read for every request, so that a logout counts
    /// in all processes at once. The token tells whether it has expired.
    package func sealedToken(_ hash: [UInt8]) async throws -> [UInt8]? {
        try await sealedTokens.value(for: hash) { [pool] hashes in
            let rows = try await pool.query(
                """
                select s.sealed_token from unnest($1::bytea[]) with ordinality t (session_hash, place)
                left join lateral (
                    select * from staff_sessions s where s.session_hash = t.session_hash limit 1
                ) s on true
                order by t.place
                """,
                [hashes.map(PostgresBytes.init)]
            )
            return try rows.map { try $0.get("sealed_token", as: PostgresBytes?.self)?.bytes }
        }
    }

    /// Ends a session.
    package func end(_ hash: [UInt8]) async throws {
        try await write("delete from staff_sessions where session_hash = $1", [PostgresBytes(hash)])
    }

    /// Writes in a transaction that waits for no standby, so that staff can sign in and out while standbys are away.
    private func write(_ sql: String, _ bindings: [any PostgresEncodable]) async throws {
        try await pool.withConnection { connection in
            _ = try await connection.pipeline([
                PostgresQuery("begin isolation level read committed"), LogConnection.commitLocally,
                PostgresQuery(sql, bindings), PostgresQuery("commit"),
            ])
        }
    }

    /// Those of the sessions that have ended.
    package func ended(among hashes: [[UInt8]]) async throws -> [[UInt8]] {
        try await pool.query(
            """
            select u.session_hash from unnest($1::bytea[]) u (session_hash) where not exists (
                select from staff_sessions s where s.session_hash = u.session_hash)
            """,
            [hashes.map(PostgresBytes.init)]
        ).map { try $0.get("session_hash", as: PostgresBytes.self).bytes }
    }
}
