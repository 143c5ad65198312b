import Logging
import Postgres

private let quiet = Logger(label: "sessions") { _ in SwiftLogNoOpLogHandler() }

/// Runs one statement and returns its rows, whose columns must be texts.
func rows(_ sql: String, in database: PostgresConfiguration) async throws -> [[String?]] {
    try await PostgresConnection.with(database, logger: quiet) { session in
        try await session.query(sql, timeout: .seconds(30)).map { row in
            try (0..<row.columnCount).map { try row.get($0, as: String?.self) }
        }
    }
}

/// Runs a statement that has no rows.
func execute(_ sql: String, in database: PostgresConfiguration) async throws {
    try await PostgresConnection.with(database, logger: quiet) { session in
        _ = try await session.query(sql)
    }
}
