import Foundation
import Logging
import ServiceLifecycle
import Testing

@testable import Postgres

@Suite struct PoolTests {
    private func withPool<R>(
        maximum: Int,
        acquireTimeout: Duration = .seconds(15),
        requestTimeout: Duration? = nil,
        onConnect: (@Sendable (PostgresConnection) async throws -> Void)? = nil,
        _ body: (PostgresPool) async throws -> R
    ) async throws -> R {
        var configuration = try TestServer.shared().configuration
        configuration.requestTimeout = requestTimeout
        let pool = PostgresPool(
            configuration: configuration,
            maximum: maximum,
            acquireTimeout: acquireTimeout,
            logger: quiet,
            onConnect: onConnect
        )
        do {
            let value = try await body(pool)
            await pool.shutDown()
            return value
        } catch {
            await pool.shutDown()
            throw error
        }
    }

    @Test func thereAreNeverMoreConnectionsThanAllowed() async throws {
        try await withPool(maximum: 3) { pool in
            let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<60 {
                    group.addTask {
                        try await pool.query("select pg_backend_pid(), pg_sleep(0.005)")[0].get(0, as: Int32.self)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect((1...3).contains(pids.count))
        }
    }

    @Test func waiterIsRefusedAfterItsDeadlineAndOthersGoOn() async throws {
        try await withPool(maximum: 1, acquireTimeout: .milliseconds(300)) { pool in
            // The deadline covers the opening too, which is slow on a busy machine. From here on the connection is
            // there.
            try await eventually { try await postgresError { try await pool.query("select 1") } == nil }
            let error = try await pool.withConnection { _ in
                try await postgresError { try await pool.query("select 1") }
            }
            #expect(error?.kind == .timeout)
            #expect(try await pool.query("select 1").count == 1)
        }
    }

    @Test func readsThatMissTheirDeadlinesAreCountedUntilOneIsAnswered() async throws {
        try await withPool(maximum: 1) { pool in
            for timeout in [nil, Duration.milliseconds(50)] {
                await #expect(throws: PostgresError.self) {
                    try await pool.withConnection { connection in
                        try await connection.query("set statement_timeout = 100")
                        try await connection.query("select pg_sleep(5)", timeout: timeout)
                    }
                }
            }
            #expect(pool.lateInRow(within: .seconds(60)) == 2)
            #expect(pool.lateInRow(within: .zero) == 0)
            await #expect(throws: PostgresError.self) { try await pool.query("select nothing") }
            #expect(pool.lateInRow(within: .seconds(60)) == 2)
            try await pool.query("select 1")
            #expect(pool.lateInRow(within: .seconds(60)) == 0)
        }
    }

    @Test func cancelledWaiterLeavesTheQueue() async throws {
        try await withPool(maximum: 1) { pool in
            try await pool.withConnection { _ in
                let task = Task { _ = try await pool.query("select 1") }
                task.cancel()
                let error = try await postgresError { try await task.value }
                #expect(error?.kind == .cancelled)
            }
            #expect(try await pool.query("select 1").count == 1)
        }
    }

    @Test func connectionLeftInATransactionIsNotLentAgain() async throws {
        try await withPool(maximum: 1) { pool in
            let first = try await pool.withConnection { connection in
                try await connection.query("begin")
                return connection.backendProcessID
            }
            let second = try await pool.withConnection { $0.backendProcessID }
            #expect(first != second)
        }
    }

    @Test func connectionLeftBusyIsNotLentAgain() async throws {
        try await withPool(maximum: 1) { pool in
            let first = try await pool.withConnection { connection in
                let task = Task { try await connection.query("select pg_sleep(605)") }
                try await eventually {
                    try await withConnection {
                        try await $0.query(
                            "select 1 from pg_stat_activity where pid = $1 and query = 'select pg_sleep(605)'",
                            [connection.backendProcessID]
                        ).count == 1
                    }
                }
                task.cancel()
                #expect(try await postgresError { _ = try await task.value }?.kind == .cancelled)
                return connection.backendProcessID
            }
            #expect(
                try await pool.query("select pg_backend_pid()", timeout: .seconds(5))[0].get(0, as: Int32.self) != first
            )
        }
    }

    @Test func brokenConnectionIsReplaced() async throws {
        try await withPool(maximum: 1) { pool in
            let first = try await pool.withConnection { connection in
                _ = try await postgresError {
                    try await connection.query("select pg_terminate_backend(pg_backend_pid())")
                }
                return connection.backendProcessID
            }
            let second = try await pool.withConnection { $0.backendProcessID }
            #expect(first != second)
        }
    }

    @Test func connectionThatBreaksWhileIdleIsReplaced() async throws {
        try await withPool(maximum: 1) { pool in
            let first = try await pool.withConnection { $0 }
            try await withConnection { try await $0.query("select pg_terminate_backend($1)", [first.backendProcessID]) }
            try await eventually { !first.isOpen }
            #expect(try await pool.query("select 1").count == 1)
        }
    }

    @Test func checkDropsOnlyConnectionsThatDoNotAnswer() async throws {
        try await withPool(maximum: 1) { pool in
            let first = try await pool.withConnection { $0.backendProcessID }
            await pool.checkIdle()
            #expect(try await pool.withConnection { $0.backendProcessID } == first)
            #expect(kill(first, SIGSTOP) == 0)
            defer { kill(first, SIGCONT) }
            await pool.checkIdle(timeout: .milliseconds(100))
            #expect(try await pool.withConnection { $0.backendProcessID } != first)
        }
    }

    @Test func checkWaitsForAllFrozenConnectionsAtOnce() async throws {
        try await withPool(maximum: 4) { pool in
            let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await pool.query("select pg_backend_pid(), pg_sleep(0.3)")[0].get(0, as: Int32.self)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            for pid in pids { #expect(kill(pid, SIGSTOP) == 0) }
            defer { for pid in pids { kill(pid, SIGCONT) } }
            let duration = await ContinuousClock().measure { await pool.checkIdle(timeout: .seconds(2)) }
            #expect(pids.count == 4 && duration < .seconds(4))
            let next = try await pool.withConnection { $0.backendProcessID }
            #expect(!pids.contains(next))
        }
    }

    @Test func connectionThatFreezesWhileLentIsReplaced() async throws {
        try await withPool(maximum: 1, requestTimeout: .milliseconds(500)) { pool in
            let first = try await pool.withConnection { $0.backendProcessID }
            #expect(kill(first, SIGSTOP) == 0)
            defer { kill(first, SIGCONT) }
            #expect(try await postgresError { try await pool.query("select 1") }?.kind == .timeout)
            #expect(try await pool.withConnection { $0.backendProcessID } != first)
        }
    }

    @Test func eachNewConnectionIsPrepared() async throws {
        try await withPool(maximum: 2, onConnect: { try await $0.query("set search_path = prepared_here") }) { pool in
            let path = try await pool.query("show search_path")
            #expect(try path[0].get(0, as: String.self) == "prepared_here")
        }
    }

    @Test func failedPreparationIsTheCallersError() async throws {
        try await withPool(maximum: 2, onConnect: { try await $0.query("select 1/0") }) { pool in
            let error = try await postgresError { try await pool.query("select 1") }
            #expect(error?.sqlState == "22012")
        }
    }

    @Test func unreachableServerIsEveryCallersError() async throws {
        var configuration = try TestServer.shared().configuration
        configuration.port = 5433
        let pool = PostgresPool(configuration: configuration, maximum: 2, logger: quiet)
        let kinds = try await withThrowingTaskGroup(of: PostgresError.Kind?.self) { group in
            for _ in 0..<10 { group.addTask { try await postgresError { try await pool.query("select 1") }?.kind } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(kinds == Array(repeating: .connect, count: 10))
    }

    @Test func poolEndsGracefullyAndRefusesLaterCallers() async throws {
        let pool = PostgresPool(configuration: try TestServer.shared().configuration, maximum: 2, logger: quiet)
        let group = ServiceGroup(services: [pool], logger: quiet)
        let running = Task { try await group.run() }
        let pid = try await pool.query("select pg_backend_pid()")[0].get(0, as: Int32.self)
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(try await postgresError { try await pool.query("select 1") }?.kind == .closed)
        try await withConnection { connection in
            try await eventually {
                try await connection.query("select 1 from pg_stat_activity where pid = $1", [pid]).isEmpty
            }
        }
    }
}
