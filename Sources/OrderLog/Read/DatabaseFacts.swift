package import Orders
import Postgres

/// The version and the sizes of the log's database.
package struct DatabaseFacts: Sendable {
    /// The version of PostgreSQL, such as `15.14`.
    package let version: String
    /// The bytes of the whole database; nil where the login may not know them.
    package let bytes: Int64?
    /// The bytes of the table of events with its indexes.
    package let logBytes: Int64
    /// The time at which the database told them.
    package let measuredAt: Timestamp
}

extension LogReader {
    /// Asks the database for its facts. It looks at each of its files, so the answer costs milliseconds.
    func databaseFacts() async throws -> DatabaseFacts? {
        let row = try await read(
            PostgresQuery(
                """
                select split_part(current_setting('server_version'), ' ', 1) as version,
                    case when has_database_privilege(current_database(), 'connect')
                        then pg_database_size(current_database()) end as bytes,
                    pg_total_relation_size('events') as log_bytes, clock_timestamp() as measured_at
                """
            )
        ).first
        return try row.map { row in
            DatabaseFacts(
                version: try row.get(0, as: String.self),
                bytes: try row.get(1, as: Int64?.self),
                logBytes: try row.get(2, as: Int64.self),
                measuredAt: Timestamp(try row.get(3, as: PostgresTimestamp.self))
            )
        }
    }
}
