package import Postgres

/// The place before the log's head at which a tail begins, so that clients which return after a restart need no reads
/// of their own.
package enum LogBeginning {
    /// The bytes of an event in memory beside its texts, about, and the most events that are looked at.
    private static let (eventBytes, recentLimit) = (1500, 20_000)

    /// The event so far before the head that the events between have `bytes`, about.
    package static func seq(before head: Int64, bytes: Int, on connection: PostgresConnection) async throws -> Int64 {
        // Long texts are not read for their sizes, which are those that they have on disk.
        let rows = try await connection.query(
            """
            select coalesce(min(s.seq) - 1, $1) as seq from (
                select e.seq, sum(\(eventBytes) + coalesce(pg_column_size(e.data), 0) + pg_column_size(e.internal))
                    over (order by e.seq desc) as bytes
                from (select * from events where seq <= $1 order by seq desc limit \(recentLimit)) e
            ) s where s.bytes <= $2
            """,
            [head, Int64(bytes)],
            timeout: LogConnection.readTimeout
        )
        return try rows.first?.get("seq", as: Int64.self) ?? head
    }
}
