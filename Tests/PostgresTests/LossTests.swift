import Foundation
import Postgres
import Testing

@Suite struct LossTests {
    /// Ends a session from another one, once it runs a statement that begins with the given text.
    private func terminate(_ victim: Int32, onceRunning sql: String) async throws {
        try await withConnection { connection in
            try await eventually {
                try await connection.query(
                    "select 1 from pg_stat_activity where pid = $1 and state = 'active' and query like $2 || '%'",
                    [victim, sql]
                ).count == 1
            }
            try await connection.query("select pg_terminate_backend($1)", [victim])
        }
    }

    @Test func terminationDuringAQueryFailsAllRequestsInFlight() async throws {
        try await withConnection { connection in
            let first = Task { try await connection.query("select pg_sleep(600)") }
            try await eventually { try await isRunning("select pg_sleep(600)", connection.backendProcessID) }
            let second = Task { try await connection.query("select 1") }
            try await terminate(connection.backendProcessID, onceRunning: "select pg_sleep(600)")
            let error = try await postgresError { _ = try await first.value }
            #expect(error?.kind == .connectionLost)
            #expect(error?.sqlState == "57P01")
            #expect(error?.outcomeUnknown == true)
            let other = try await postgresError { _ = try await second.value }
            #expect(other?.isConnectionLoss == true)
            #expect(!connection.isOpen)
            let later = try await postgresError { try await connection.query("select 1") }
            #expect(later?.kind == .closed)
            #expect(later?.outcomeUnknown == false)
        }
    }

    private func isRunning(_ sql: String, _ pid: Int32) async throws -> Bool {
        try await withConnection { connection in
            try await connection.query("select 1 from pg_stat_activity where pid = $1 and query = $2", [pid, sql]).count
                == 1
        }
    }

    @Test func terminationInATransactionIsReportedOnce() async throws {
        try await withConnection { connection in
            let error = try await postgresError {
                try await connection.withTransaction { transaction in
                    try await transaction.query("select 1")
                    async let ended: Void = terminate(connection.backendProcessID, onceRunning: "select pg_sleep(601)")
                    do {
                        try await transaction.query("select pg_sleep(601)")
                    } catch {
                        try await ended
                        throw error
                    }
                }
            }
            #expect(error?.kind == .connectionLost)
            #expect(!connection.isOpen)
        }
    }

    @Test func terminationInAPipelineFailsTheWholePipeline() async throws {
        try await withConnection { connection in
            async let ended: Void = terminate(connection.backendProcessID, onceRunning: "select pg_sleep(602)")
            let error = try await postgresError {
                try await connection.pipeline([
                    PostgresQuery("select 1"), PostgresQuery("select pg_sleep(602)"), PostgresQuery("select 2"),
                ])
            }
            try await ended
            #expect(error?.kind == .connectionLost)
            #expect(error?.outcomeUnknown == true)
            #expect(error?.statementIndex == 1)
        }
    }

    @Test func terminationWhileIdleIsNoticed() async throws {
        try await withConnection { connection in
            try await withConnection {
                try await $0.query("select pg_terminate_backend($1)", [connection.backendProcessID])
            }
            try await eventually { !connection.isOpen }
        }
    }

    @Test func statementTimeoutLeavesTheConnectionUsable() async throws {
        try await withConnection({ $0.serverSettings["statement_timeout"] = "50ms" }) { connection in
            let error = try await postgresError { try await connection.query("select pg_sleep(600)") }
            #expect(error?.kind == .server)
            #expect(error?.sqlState == "57014")
            #expect(try await connection.query("select 1").count == 1)
        }
    }

    @Test func clientsTimeoutGivesTheConnectionUp() async throws {
        try await withConnection { connection in
            async let neighbour = postgresError { try await connection.query("select pg_sleep(603), 1") }
            let error = try await postgresError {
                try await connection.query("select pg_sleep(600)", timeout: .milliseconds(100))
            }
            #expect(error?.kind == .timeout)
            #expect(!connection.isOpen)
            #expect(try await neighbour?.isConnectionLoss == true)
        }
    }

    @Test func connectionsOwnTimeoutHoldsForRequestsWithoutOne() async throws {
        try await withConnection({ $0.requestTimeout = .milliseconds(100) }) { connection in
            #expect(try await connection.query("select pg_sleep(0.3)", timeout: .seconds(60)).count == 1)
            let error = try await postgresError { try await connection.query("select pg_sleep(600)") }
            #expect(error?.kind == .timeout)
            #expect(error?.outcomeUnknown == true)
            #expect(!connection.isOpen)
        }
    }

    @Test func connectionsOwnTimeoutEndsScriptsAndCopies() async throws {
        try await withConnection({ $0.requestTimeout = .milliseconds(100) }) { connection in
            let error = try await postgresError { try await connection.executeScript("select pg_sleep(600)") }
            #expect(error?.kind == .timeout)
        }
        try await withConnection({ $0.requestTimeout = .milliseconds(100) }) { connection in
            let error = try await postgresError {
                try await connection.withCopyOut("copy (select 1 from pg_sleep(600)) to stdout") { chunks in
                    for try await _ in chunks {}
                }
            }
            #expect(error?.kind == .timeout)
        }
    }

    @Test func answerOfACancelledCallerIsDropped() async throws {
        try await withConnection { connection in
            try await withConnection { blocker in
                let sql = "select pg_advisory_lock(4711), 'mine'"
                try await blocker.query("select pg_advisory_lock(4711)")
                let task = Task { try await connection.query(sql) }
                try await eventually { try await isRunning(sql, connection.backendProcessID) }
                task.cancel()
                let error = try await postgresError { _ = try await task.value }
                #expect(error?.kind == .cancelled)
                #expect(error?.outcomeUnknown == true)
                async let next = connection.query("select 'yours'")
                try await blocker.query("select pg_advisory_unlock(4711)")
                #expect(try await next[0].get(0, as: String.self) == "yours")
                #expect(connection.isOpen)
            }
        }
    }

    @Test func alreadyCancelledTaskSendsNothing() async throws {
        try await withConnection { connection in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await connection.query("select 1")
            }
            let error = try await postgresError { try await task.value }
            #expect(error?.kind == .cancelled)
            #expect(error?.outcomeUnknown == false)
        }
    }

    @Test func manyCancelledCallersLeaveTheRightAnswersToTheRest() async throws {
        try await withConnection { connection in
            let wrong = await withTaskGroup(of: Int.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let task = Task { try await connection.query("select $1", [number])[0].get(0, as: Int.self) }
                        if number % 3 == 0 { task.cancel() }
                        do {
                            return try await task.value == number ? 0 : 1
                        } catch {
                            return (error as? PostgresError)?.kind == .cancelled ? 0 : 1
                        }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wrong == 0)
        }
    }

    @Test func closingLetsRequestsInFlightEnd() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.query("select pg_sleep(0.2), 5")[0].get(1, as: Int.self) }
            try await eventually { try await isRunning("select pg_sleep(0.2), 5", connection.backendProcessID) }
            await connection.close()
            #expect(try await task.value == 5)
            #expect(try await postgresError { try await connection.query("select 1") }?.kind == .closed)
        }
    }

    @Test func closingDoesNotWaitForEver() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.query("select pg_sleep(604)") }
            try await eventually { try await isRunning("select pg_sleep(604)", connection.backendProcessID) }
            await connection.close(grace: .milliseconds(50))
            #expect(try await postgresError { _ = try await task.value }?.kind == .connectionLost)
        }
    }

    @Test func connectionWithoutHoldersEndsItsSession() async throws {
        let configuration = try TestServer.shared().configuration
        let pid = try await PostgresConnection.connect(configuration, logger: quiet).backendProcessID
        try await withConnection { connection in
            try await eventually {
                try await connection.query("select 1 from pg_stat_activity where pid = $1", [pid]).isEmpty
            }
        }
    }
}
