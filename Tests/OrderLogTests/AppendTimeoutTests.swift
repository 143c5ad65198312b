import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

/// A command whose statements take too long fails alone.
@Suite struct AppendTimeoutTests {
    /// Makes the log wait for one command id, as a statement does that takes too long for what a command asks.
    private func makeSlow(_ key: String, in log: TestLog) async throws {
        try await PostgresConnection.with(log.database, logger: log.logger) { owner in
            try await owner.executeScript(
                """
                create function wait() returns trigger language plpgsql as
                    'begin perform pg_sleep(30); return new; end';
                create trigger wait before insert on events for each row when (new.command_id = '\(key)')
                    execute function wait();
                """
            )
        }
    }

    private func settings() -> Appender.Settings {
        var settings = Appender.Settings()
        settings.statementTimeout = .milliseconds(600)
        settings.aloneStatementTimeout = .milliseconds(300)
        return settings
    }

    @Test func theCommandThatTimesOutFailsAndItsNeighboursAreAppendedOnce() async throws {
        try await TestLog.with { log in
            try await makeSlow("slow", in: log)
            let appender = Appender(
                configuration: log.database,
                registry: log.registry,
                settings: settings(),
                logger: log.logger
            )
            let orders = (0..<30).map { _ in UUID() }
            var receipts: [PendingReceipt] = []
            for (index, order) in orders.enumerated() {
                let key = index == 13 ? "slow" : "k\(index)"
                receipts.append(
                    await appender.enqueue(try Samples.submission(.placeOrder, Samples.place(), order: order, key: key))
                )
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await appender.run() }
                var positions: [Int64] = []
                for (index, receipt) in receipts.enumerated() {
                    guard index == 13 else {
                        let answer = try await receipt.receipt()
                        #expect(!answer.replayed)
                        positions.append(answer.position.seq)
                        continue
                    }
                    let refusal = await #expect(throws: AppendRefusal.self) { try await receipt.receipt() }
                    guard case .unavailable = refusal else {
                        Issue.record("refused as \(String(describing: refusal))")
                        continue
                    }
                }
                #expect(positions == Array(1...29))
                // The same command again, once its statement is fast.
                try await PostgresConnection.with(log.database, logger: log.logger) { owner in
                    try await owner.executeScript("drop trigger wait on events")
                }
                let again = try Samples.submission(.placeOrder, Samples.place(), order: orders[13], key: "slow")
                let receipt = try await appender.submit(again)
                #expect(receipt.position.seq == 30 && !receipt.replayed)
                group.cancelAll()
            }
            let events = try await log.reader.events(after: 0, limit: 100, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...30))
        }
    }

    /// Another process holds the head for longer than a statement may take: no command is at fault.
    @Test func waitingForTheHeadIsNoCommandsFault() async throws {
        try await TestLog.with { log in
            let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
            let appender = Appender(
                configuration: log.database,
                registry: log.registry,
                settings: settings(),
                logger: log.logger
            )
            var receipts: [PendingReceipt] = []
            for _ in 0..<5 {
                receipts.append(
                    await appender.enqueue(try Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                )
            }
            try await holder.query("begin")
            try await holder.query("select seq from log_head for update")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await appender.run() }
                group.addTask {
                    try await Task.sleep(for: .milliseconds(1500))
                    try await holder.query("rollback")
                }
                var positions: [Int64] = []
                for receipt in receipts { positions.append(try await receipt.receipt().position.seq) }
                #expect(positions == Array(1...5))
                group.cancelAll()
            }
            await holder.close()
        }
    }

    @Test func singleCommandIsRefusedSoonWhileTheHeadIsLocked() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.stallTimeout = .milliseconds(500)
            settings.lockTimeout = .milliseconds(300)
            try await log.withAppender(settings) { appender in
                let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
                try await holder.query("begin")
                try await holder.query("select seq from log_head for update")
                let bulk = await appender.enqueue(
                    try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "bulk")
                )
                let single = try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "single")
                let began = ContinuousClock.now
                let refusal = await #expect(throws: AppendRefusal.self) { try await appender.submit(single) }
                guard case .unavailable = refusal else {
                    Issue.record("refused as \(String(describing: refusal))")
                    return
                }
                #expect(ContinuousClock.now - began < .seconds(5))
                try await holder.query("rollback")
                // A bulk request waits for the database; the refused command was not appended.
                let first = try await bulk.receipt()
                #expect(first.position.seq == 1)
                let again = try await appender.submit(single)
                #expect(again.position.seq == 2 && !again.replayed)
                await holder.close()
            }
        }
    }

    @Test func failuresAreToldApart() {
        func failure(_ kind: PostgresError.Kind, _ state: String? = nil, sql: String = "insert") -> AppendFailure {
            AppendFailure(PostgresError(kind, "", sqlState: state, sql: sql))
        }
        #expect(failure(.server, "57014") == .timeout)
        #expect(failure(.server, "57014", sql: LogHead.selectForUpdate) == .outside)
        #expect(failure(.connectionLost, "25P03") == .timeout)
        #expect(failure(.timeout) == .timeout)
        #expect(failure(.connectionLost, "57P01") == .outside)
        #expect(failure(.server, "40P01") == .outside)
        #expect(failure(.server, "53100") == .outside)
        #expect(failure(.server, "0A000") == .outside)
        #expect(failure(.server, "26000") == .outside)
        #expect(failure(.server, "22P05") == .refusal)
        #expect(failure(.server, "23505") == .refusal)
        #expect(failure(.decoding) == .refusal)
        var violation = PostgresError(.server, "", sqlState: "23514", sql: "insert")
        #expect(AppendFailure(violation) == .refusal)
        violation.constraint = "commands_20261128_not_in_default"
        #expect(AppendFailure(violation) == .outside, "maintenance removes the constraint")
        #expect(AppendFailure(StoredDataError.unknownType("x")) == .refusal)
    }

    @Test func serverThatEndsAStatementCommitsNothing() {
        #expect(!AppendFailure.mayBeCommitted(PostgresError(.server, "", sqlState: "57014")))
        #expect(!AppendFailure.mayBeCommitted(StoredDataError.unknownType("x")))
        #expect(AppendFailure.mayBeCommitted(PostgresError(.timeout, "")))
        #expect(AppendFailure.mayBeCommitted(PostgresError(.connectionLost, "")))
    }
}
