import Foundation
import LogSupport
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderLog

/// A session that has locked the head and waits for another lock lets the head go in a second, since commands wait with
/// it.
@Suite struct HeadLockWaitTests {
    /// A limit for waits by which the session itself would keep the head.
    private static var patient: Appender.Settings {
        var settings = Appender.Settings()
        settings.lockTimeout = .seconds(10)
        settings.statementTimeout = .seconds(10)
        return settings
    }

    /// Runs `body` while another session holds what a statement locks.
    private func holding<R: Sendable>(
        _ statement: String,
        in log: TestLog,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
        let result: Result<R, any Error>
        do {
            try await holder.query("begin")
            try await holder.query(statement)
            result = .success(try await body(holder))
        } catch {
            result = .failure(error)
        }
        await holder.close()
        return try result.get()
    }

    /// Waits until sessions of a name wait for a lock. By the login's own privileges, which show its sessions.
    private func wait(for name: String, in log: TestLog) async throws {
        let waits = try await PostgresConnection.with(log.database, logger: log.logger) { connection in
            try await eventually {
                let rows = try await connection.query(
                    """
                    select from pg_stat_activity
                    where datname = current_database() and application_name = $1 and wait_event_type = 'Lock'
                    """,
                    [name]
                )
                return !rows.isEmpty
            }
        }
        #expect(waits, "\(name) waits for a lock")
    }

    @Test func aBatchThatWaitsForATableLetsTheHeadGo() async throws {
        try await TestLog.with { log in
            try await log.withAppender { appender in
                for submission in try Samples.shipped(UUID(), number: "W1") {
                    _ = try await appender.submit(submission)
                }
            }
            try await log.withAppender(Self.patient) { patient in
                try await log.withAppender { other in
                    try await holding("lock table tracking_numbers", in: log) { holder in
                        let scan = await patient.enqueue(try Samples.trackedScan("W1", scan: "s1"))
                        try await wait(for: "waybill appender", in: log)
                        let began = ContinuousClock.now
                        let place = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                        #expect(try await other.submit(place).position.seq == 5)
                        #expect(ContinuousClock.now - began < .seconds(2))
                        try await holder.query("rollback")
                        #expect(try await scan.receipt().position.seq == 6)
                    }
                }
            }
        }
    }

    @Test func aSessionThatOpensAnEpochLetsTheHeadGo() async throws {
        try await TestLog.with { log in
            _ = try await log.reader.head()
            var configuration = LogConnection.configuration(log.database, named: "waybill opener")
            configuration.serverSettings["statement_timeout"] = "30000"
            let opener = try await PostgresConnection.connect(configuration, logger: log.logger)
            try await PostgresConnection.with(log.database, logger: log.logger) { owner in
                try await owner.query("update log_epochs set identity = 'before'")
            }
            let error = try await holding("select seq from log_head for update", in: log) { head in
                let opening = Task { await opens(opener, log) }
                try await wait(for: "waybill opener", in: log)
                return try await holding("lock table log_epochs", in: log) { _ in
                    try await head.query("commit")
                    return await opening.value
                }
            }
            #expect(error?.sqlState == "55P03")
            await opener.close()
            let rows = try await log.pool.query("select seq from log_head where one for update nowait")
            #expect(rows.count == 1)
        }
    }

    private func opens(_ connection: PostgresConnection, _ log: TestLog) async -> PostgresError? {
        do {
            try await EpochStore.ensure(on: connection, registry: EpochRegistry(), logger: log.logger)
            return nil
        } catch {
            return error as? PostgresError
        }
    }

    @Test func aProbeThatWaitsForATableLetsTheHeadGo() async throws {
        try await TestLog.with { log in
            let appender = Appender(
                configuration: log.database,
                registry: log.registry,
                settings: Self.patient,
                logger: log.logger
            )
            var probe = WriteProbe(configuration: appender.configuration, registry: log.registry, logger: log.logger)
            #expect(await probe.run(commits: true) == nil)
            let found = try await holding("lock table commands in share mode", in: log) { _ in
                await probe.run(commits: true)
            }
            #expect(found == .locked, "by the server's limit, before the probe's own")
            #expect(await probe.run(commits: true) == nil)
        }
    }
}
