import Foundation
import LogSupport
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderLog

/// Under load a batch is sent before the answer of the one before it has come.
@Suite struct SentBatchTests {
    private static let count = 60
    /// In the middle of the third batch: the second one is the first that is not waited for.
    private static let held = 20
    /// In the middle of the fourth batch.
    private static let following = 28
    private static let batchLimit = 8

    /// The commands in their order: four orders are placed, and get notes in turn.
    private static func submissions(_ orders: [UUID]) throws -> [Submission] {
        try (0..<count).map { index in
            let order = orders[index % orders.count]
            return index < orders.count
                ? try Samples.submission(.placeOrder, Samples.place(), order: order, key: "k\(index)")
                : try Samples.submission(
                    .addNote,
                    #"{"text":"\#(index)","visibility":"staff"}"#,
                    order: order,
                    key: "k\(index)"
                )
        }
    }

    /// Runs `body` while the third batch waits in the middle of its transaction, and the fourth one was sent behind it.
    ///
    /// - Parameters:
    ///   - hasSingle: the first batch has a single command too, so that those sent behind others are half as large.
    ///   - whenReleased: SQL that runs before the held event is written, once it is let go.
    ///   - whenFollowing: SQL that runs before an event of the fourth batch is written.
    ///   - refused: the commands that must be refused; all others must be appended once, in their order.
    private func withBatchBehind(
        hasSingle: Bool = false,
        whenReleased: String = "null",
        whenFollowing: String = "null",
        refused: Set<Int> = [],
        _ body: @Sendable (TestLog) async throws -> Void = { _ in }
    ) async throws {
        try await TestLog.with { log in
            let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await holder.executeScript(
                """
                create function hold() returns trigger language plpgsql as
                    'begin perform pg_advisory_xact_lock(7); \(whenReleased); return new; end';
                create trigger hold before insert on events for each row
                    when (new.command_id = 'k\(Self.held)') execute function hold();
                create sequence attempts;
                grant usage on sequence attempts to public;
                create function follow() returns trigger language plpgsql as
                    'begin \(whenFollowing); return new; end';
                create trigger follow before insert on events for each row
                    when (new.command_id = 'k\(Self.following)') execute function follow();
                """
            )
            try await holder.query("select pg_advisory_lock(7)")
            let appender = Self.appender(of: log)
            var receipts: [PendingReceipt] = []
            for submission in try Self.submissions((0..<4).map { _ in UUID() }) {
                receipts.append(await appender.enqueue(submission))
            }
            let taken = hasSingle ? 7 + 8 + 4 + 4 + 4 : 4 * Self.batchLimit
            let waiting = Self.count - taken
            try await withThrowingTaskGroup(of: Void.self) { group in
                if hasSingle {
                    group.addTask {
                        _ = try await appender.submit(
                            Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "single")
                        )
                    }
                    #expect(try await eventually { appender.backlogs.singles == 1 })
                }
                group.addTask { try await appender.run() }
                #expect(try await eventually { appender.backlogs.bulk == waiting })
                try await body(log)
                try await holder.query("select pg_advisory_unlock(7)")
                for (index, receipt) in receipts.enumerated() {
                    guard refused.contains(index) else {
                        let answer = try await receipt.receipt()
                        #expect(!answer.replayed)
                        #expect(answer.events.count == 1)
                        continue
                    }
                    await #expect(throws: AppendRefusal.self) { try await receipt.receipt() }
                }
                group.cancelAll()
            }
            await holder.close()
            let events = try await log.reader.events(after: 0, limit: 100, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...Int64(events.count)))
            let accepted = (0..<Self.count).filter { !refused.contains($0) }
            #expect(events.map(\.commandId) == (hasSingle ? ["single"] : []) + accepted.map { "k\($0)" })
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.recordedAt <= $1.recordedAt })
            for order in Dictionary(grouping: events, by: \.orderId).values {
                #expect(order.map(\.version) == Array(1...order.count))
            }
        }
    }

    @Test func bothAreAppendedInTheirOrder() async throws {
        try await withBatchBehind()
    }

    @Test func theyAreHalfAsLargeWhereSingleCommandsWait() async throws {
        try await withBatchBehind(hasSingle: true)
    }

    @Test func bothAreAppendedOnceAfterALostConnection() async throws {
        try await withBatchBehind { log in try await log.terminateConnections(named: "waybill appender") }
    }

    @Test func oneWhosePredecessorIsRefusedIsDecidedAgain() async throws {
        try await withBatchBehind(whenReleased: "raise exception ''no''", refused: [Self.held])
    }

    @Test func oneThatIsRefusedItselfIsDividedIntoItsCommands() async throws {
        try await withBatchBehind(whenFollowing: "raise exception ''no''", refused: [Self.following])
    }

    @Test func oneWhoseConnectionIsLostAfterItsPredecessorsCommitIsAppendedOnce() async throws {
        try await withBatchBehind(
            whenFollowing: "if nextval(''attempts'') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if"
        )
    }

    @Test func aHeadThatAnotherProcessHasMovedRefutesBoth() async throws {
        try await TestLog.with { log in
            let executor = PostgresTaskExecutor(name: "test")
            let connection = try await PostgresConnection.connect(
                log.database,
                on: executor.connections,
                logger: log.logger
            )
            do {
                try await EpochStore.ensure(on: connection, registry: log.registry, logger: log.logger)
                var (cache, clock) = (StateCache(), LogClock())
                let first = try await AppendTransaction.begin(
                    on: connection,
                    entries: [Self.placement("first")],
                    headPlace: nil,
                    registry: log.registry,
                    commandIdFilter: CommandIdFilterCache(),
                    cache: &cache,
                    clock: &clock,
                    prefetch: BatchPrefetch()
                )
                let place = try #require(try await first.commit().headPlace)
                try await log.moveHead()
                var head = first.headAfter
                var batches: [SentBatch] = []
                for key in ["second", "third"] {
                    let entries = [try Self.placement(key)]
                    var plan = AssumedPlan(
                        after: head,
                        at: head.recordedAtMicroseconds,
                        in: connection.history,
                        snapshot: nil,
                        limits: AppendTransaction.Limits()
                    )
                    let knowledge = AssumedPlan.Knowledge(orders: [:], prefetch: BatchPrefetch())
                    let isDecided = plan.decide(entries, by: knowledge)
                    #expect(isDecided)
                    let transaction = AppendTransaction(
                        plan,
                        on: connection,
                        at: place,
                        isBehind: !batches.isEmpty,
                        began: .now,
                        decidedFrom: .now
                    )
                    batches.append(SentBatch(transaction, of: entries, on: executor))
                    head = transaction.headAfter
                }
                let refuted = await #expect(throws: PostgresError.self) { try await batches[0].committed() }
                #expect(try batches[0].transaction.isRefuted(by: #require(refuted)))
                let aborted = await #expect(throws: PostgresError.self) { try await batches[1].committed() }
                // in_failed_sql_transaction
                #expect(aborted?.sqlState == "25P02")
                try await batches[0].transaction.rollBack()
                let events = try await log.reader.events(after: 0, limit: 10, scope: .everything).events
                #expect(events.map(\.commandId) == ["first"])
            }
            await connection.close()
        }
    }

    @Test func anotherProcessGetsTheHeadBetweenThem() async throws {
        try await TestLog.with { log in
            let appender = Self.appender(of: log)
            var receipts: [PendingReceipt] = []
            for index in 0..<2000 {
                let submission = try Samples.submission(
                    .placeOrder,
                    Samples.place(),
                    order: UUID(),
                    key: "k\(index)"
                )
                receipts.append(await appender.enqueue(submission))
            }
            let sent = receipts
            try await log.withAppender { other in
                let before = try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "before")
                _ = try await other.submit(before)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await appender.run() }
                    #expect(try await eventually { sent[100].isAnswered })
                    let between = try await other.submit(
                        Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "between")
                    )
                    #expect(between.position.seq < 2000)
                    for receipt in sent { #expect(try await !receipt.receipt().replayed) }
                    group.cancelAll()
                }
            }
            let events = try await log.reader.events(after: 0, limit: 3000, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...2002))
            #expect(
                events.map(\.commandId).filter { $0.hasPrefix("k") } == (0..<2000).map { "k\($0)" },
                "an import keeps its order"
            )
        }
    }

    /// An appender that does not run yet.
    private static func appender(of log: TestLog) -> Appender {
        var settings = Appender.Settings()
        settings.batchLimit = batchLimit
        return Appender(configuration: log.database, registry: log.registry, settings: settings, logger: log.logger)
    }

    private static func placement(_ key: String) throws -> AppendQueue.Entry {
        let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: key)
        return AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
    }
}
