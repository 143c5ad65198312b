package import EmbeddedPostgres
import Logging

/// One embedded PostgreSQL for the whole test process, started when a test first asks for a database and removed when
/// the process ends. It is a real server with `fsync` on.
package actor TestCluster {
    package static let shared = TestCluster()

    private var starting: Task<EmbeddedPostgres.Location, any Error>?
    private var lent = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Databases lent at once. Every test of a suite starts at the same moment, and the server takes some fifty sessions.
    private static let capacity = 4

    private init() {}

    /// Where the server answers; its database is `postgres`, which tests must leave alone.
    package func location() async throws -> EmbeddedPostgres.Location {
        if let starting { return try await starting.value }
        let task = Task {
            try await Leftovers.removeAbandoned()
            let directory = try Leftovers.makeDirectory()
            var logger = Logger(label: "tests")
            logger.logLevel = .warning
            return try await EmbeddedPostgres(dataDirectory: directory, logger: logger).start().database("postgres")
        }
        starting = task
        return try await task.value
    }

    /// Makes an empty database.
    ///
    /// - Returns: its name, used nowhere else.
    package func freshDatabase() async throws -> String {
        let name = "t_\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try await LocalSession.run("CREATE DATABASE \(name)", at: try await location())
        return name
    }

    /// Removes a database and ends whatever sessions it has.
    package func drop(_ name: String) async throws {
        try await LocalSession.run("DROP DATABASE \(name) WITH (FORCE)", at: try await location())
    }

    /// Lends an empty database to `body` and drops it afterwards.
    package nonisolated func withDatabase<R: Sendable>(
        _ body: @Sendable (EmbeddedPostgres.Location) async throws -> R
    ) async throws -> R {
        await takePlace()
        defer { Task { await leavePlace() } }
        let name = try await freshDatabase()
        let result: Result<R, any Error>
        do {
            result = .success(try await body(try await location().database(name)))
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
