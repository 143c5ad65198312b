import EmbeddedPostgres
import Logging
package import Postgres

/// An embedded PostgreSQL for the whole test process, started when a test first asks for a database and removed when
/// the process ends. It is a real server with `fsync` on.
package actor TestCluster {
    package static let shared = TestCluster()

    private var starting: Task<PostgresConfiguration, any Error>?
    private var lent = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Databases lent at once. All tests of a suite start at the same moment, and the server takes some fifty sessions.
    private static let capacity = 4

    private static let logger = {
        var logger = Logger(label: "tests")
        logger.logLevel = .warning
        return logger
    }()

    private init() {}

    /// The server's own database `postgres`, which tests must leave alone.
    package func server() async throws -> PostgresConfiguration {
        if let starting { return try await starting.value }
        let task = Task {
            try await Leftovers.removeAbandoned()
            let directory = try Leftovers.makeDirectory()
            var database = try await EmbeddedPostgres(dataDirectory: directory, logger: Self.logger).start()
            database.database = "postgres"
            return database
        }
        starting = task
        return try await task.value
    }

    /// Makes an empty database.
    ///
    /// - Returns: the database's name, used nowhere else.
    package func freshDatabase() async throws -> String {
        let name = "t_\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try await execute("create database \(name)")
        return name
    }

    /// Removes a database after ending its sessions.
    package func drop(_ name: String) async throws {
        try await execute("drop database \(name) with (force)")
    }

    private func execute(_ sql: String) async throws {
        try await PostgresConnection.with(try await server(), logger: Self.logger) { connection in
            try await connection.executeScript(sql, timeout: .seconds(30))
        }
    }

    /// Lends an empty database to `body` and drops it afterwards.
    package nonisolated func withDatabase<R: Sendable>(
        _ body: @Sendable (PostgresConfiguration) async throws -> R
    ) async throws -> R {
        await takePlace()
        defer { Task { await leavePlace() } }
        let name = try await freshDatabase()
        let result: Result<R, any Error>
        do {
            var database = try await server()
            database.database = name
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        // A time limit cancels the test, and its database goes all the same.
        try await Task { try await drop(name) }.value
        return try result.get()
    }

    private func takePlace() async {
        if lent < Self.capacity {
            lent += 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    private func leavePlace() {
        if waiting.isEmpty { lent -= 1 } else { waiting.removeFirst().resume() }
    }
}
