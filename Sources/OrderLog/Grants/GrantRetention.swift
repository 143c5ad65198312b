package import Postgres

/// The removal of tracking links and sessions that have expired.
package struct GrantRetention: Sendable {
    private let pool: PostgresPool

    /// The rows of one statement, so that none holds its locks for long.
    private static let batch: Int64 = 1000

    /// - Parameter pool: acts as the writer role.
    package init(pool: PostgresPool) {
        self.pool = pool
    }

    /// Deletes what has expired. Sessions stay for a day, so that clocks which differ end none.
    package func deleteExpired() async throws {
        try await delete(from: "tracking_links", key: "token_hash", expiredFor: "0")
        try await delete(from: "staff_sessions", key: "session_hash", expiredFor: "1 day")
    }

    private func delete(from table: String, key: String, expiredFor age: String) async throws {
        var deleted = Self.batch
        while deleted == Self.batch {
            let query = PostgresQuery(
                """
                with gone as (
                    delete from \(table) where \(key) in (
                        select e.\(key) from \(table) e
                        where e.expires_at < now() - '\(age)'::interval order by e.expires_at limit $1)
                    returning 1
                )
                select count(*) as deleted from gone
                """,
                [Self.batch]
            )
            let rows = try await pool.withConnection { connection in
                try await connection.pipeline([
                    PostgresQuery("begin isolation level read committed"), LogConnection.commitLocally, query,
                    PostgresQuery("commit"),
                ])[2]
            }
            deleted = try rows.first?.get("deleted", as: Int64.self) ?? 0
        }
    }
}
