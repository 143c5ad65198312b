import Foundation
import LogSupport
import Orders
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import OrderLog

/// Commands whose batch was decided in memory, and then refused by the database, are decided again.
@Suite struct AssumedBatchTests {
    private static let note = #"{"text":"n","visibility":"staff"}"#

    /// Runs `body` with an appender that appends alone, and has decided a batch in memory.
    private func withAppender(
        _ settings: Appender.Settings = Appender.Settings(),
        _ body: @Sendable (Appender, TestLog, Outcomes) async throws -> Void
    ) async throws {
        try await TestLog.with { log in
            let registry = MetricsRegistry()
            let outcomes = Outcomes(registry: registry)
            try await log.withAppender(settings, metrics: LogMetrics(registry)) { appender in
                for key in ["first", "second", "third"] {
                    _ = try await appender.submit(Self.place(UUID(), key: key))
                }
                try await body(appender, log, outcomes)
            }
            let events = try await log.reader.events(after: 0, limit: 100, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...Int64(events.count)))
            #expect(Set(events.map(\.commandId)).count == events.count)
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.recordedAt <= $1.recordedAt })
        }
    }

    /// The attempts to append batches.
    private struct Outcomes {
        let registry: MetricsRegistry

        var refuted: Int { count("refuted") }
        var failed: Int { count("failed") }

        private func count(_ outcome: String) -> Int {
            let name = #"waybill_batches_total{outcome="\#(outcome)"} "#
            let line = registry.exposition().split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { Int($0.dropFirst(name.count)) } ?? -1
        }
    }

    private static func place(_ order: UUID, key: String) throws -> Submission {
        try Samples.submission(.placeOrder, Samples.place(), order: order, key: key)
    }

    @Test func aBatchAfterAMovedHeadIsDecidedAgain() async throws {
        try await withAppender { appender, log, outcomes in
            try await log.moveHead()
            #expect(try await appender.submit(Self.place(UUID(), key: "k")).position.seq == 4)
            #expect(outcomes.refuted == 1)
            #expect(outcomes.failed == 0)
        }
    }

    @Test func aBatchWaitsForALockedHead() async throws {
        var settings = Appender.Settings()
        settings.lockTimeout = .seconds(10)
        settings.stallTimeout = .seconds(12)
        try await withAppender(settings) { appender, log, outcomes in
            try await PostgresConnection.with(log.database, logger: log.logger) { other in
                try await other.query("begin")
                try await other.query("select seq from log_head for update")
                async let receipt = appender.submit(Self.place(UUID(), key: "k"))
                #expect(try await eventually { outcomes.refuted == 1 })
                try await other.query("rollback")
                #expect(try await receipt.position.seq == 4)
            }
            #expect(outcomes.failed == 0)
        }
    }

    @Test func aRepetitionGetsTheFirstAnswer() async throws {
        try await withAppender { appender, _, outcomes in
            let submission = try Self.place(UUID(), key: "k")
            let first = try await appender.submit(submission)
            let again = try await appender.submit(submission)
            #expect(!first.replayed && again.replayed)
            #expect(again.position == first.position)
            #expect(outcomes.refuted == 0, "an order that is in memory was not placed in vain")
            let note = try Samples.submission(.addNote, Self.note, order: #require(submission.orderId), key: "n")
            let noted = try await appender.submit(note)
            let notedAgain = try await appender.submit(note)
            #expect(!noted.replayed && notedAgain.replayed)
            #expect(notedAgain.position == noted.position)
            #expect(outcomes.refuted == 1)
        }
    }

    @Test func anOrderThatExistsIsRefused() async throws {
        try await withAppender { appender, log, outcomes in
            let order = UUID()
            try await log.withAppender { _ = try await $0.submit(Self.place(order, key: "other")) }
            let taken = try Self.place(order, key: "taken")
            await #expect(throws: AppendRefusal.self) { try await appender.submit(taken) }
            #expect(outcomes.refuted == 1)
        }
    }

    /// The answer to a repetition must not depend on an attempt that failed for another reason.
    @Test(arguments: [true, false]) func aRepetitionStaysOneWhenItsAttemptFails(hasEvents: Bool) async throws {
        try await withAppender { appender, log, outcomes in
            let order = UUID()
            _ = try await appender.submit(Self.place(order, key: "k"))
            let paid =
                #"{"paymentId":"p","kind":"captured","amount":{"amount":2000,"currency":"EUR"},"providerRef":"r"}"#
            _ = try await appender.submit(Samples.submission(.recordPayment, paid, order: order, key: "p"))
            let note =
                hasEvents
                ? try Samples.submission(.addNote, Self.note, order: order, key: "n")
                : try Samples.submission(.recordPayment, paid, order: order, key: "n")
            let first = try await appender.submit(note)
            #expect(first.events.isEmpty != hasEvents)
            try await PostgresConnection.with(log.database, logger: log.logger) { other in
                try await other.query("begin")
                // The look-up of the id waits for this, until the server ends the wait.
                try await other.query("lock table commands in access exclusive mode")
                async let again = appender.submit(note)
                #expect(try await eventually { outcomes.failed == 1 })
                try await other.query("rollback")
                let receipt = try await again
                #expect(receipt.replayed)
                #expect(receipt.position == first.position)
            }
        }
    }
}
