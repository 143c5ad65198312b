import Foundation
import LogSupport
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderLog

/// Batches that are decided before the head is locked are written only where what they were decided on holds.
@Suite struct AssumedPlanTests {
    private static let note = #"{"text":"n","visibility":"staff"}"#

    private static func entry(_ submission: Submission) -> AppendQueue.Entry {
        AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
    }

    /// A log with one order, as the session knows it that has appended it.
    private struct Fixture {
        let log: TestLog
        let connection: PostgresConnection
        let order: UUID
        let head: LogHead
        let place: HeadPlace
        let cache: StateCache

        static func with(_ body: @Sendable (Fixture) async throws -> Void) async throws {
            try await TestLog.with { log in
                try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                    try await EpochStore.ensure(on: connection, registry: log.registry, logger: log.logger)
                    let order = UUID()
                    var (cache, clock) = (StateCache(), LogClock())
                    let transaction = try await AppendTransaction.begin(
                        on: connection,
                        entries: [entry(Samples.submission(.placeOrder, Samples.place(), order: order, key: "first"))],
                        headPlace: nil,
                        registry: log.registry,
                        commandIdFilter: CommandIdFilterCache(),
                        cache: &cache,
                        clock: &clock,
                        prefetch: BatchPrefetch()
                    )
                    let commit = try await transaction.commit()
                    transaction.update(&cache)
                    try await body(
                        Fixture(
                            log: log,
                            connection: connection,
                            order: order,
                            head: transaction.headAfter,
                            place: #require(commit.headPlace),
                            cache: cache
                        )
                    )
                }
            }
        }

        /// Decides commands on what the session knows; nil where that does not suffice.
        func plan(
            _ submissions: Submission...,
            after other: LogHead? = nil,
            known: BatchPrefetch = BatchPrefetch(),
            snapshot: CommandIdFilterCache.Snapshot? = nil
        ) -> AssumedPlan? {
            var cache = cache
            var ahead = AheadPlan()
            var entries = submissions.map(AssumedPlanTests.entry)
            let fresh = AssumedPlan(
                after: other ?? head,
                at: head.recordedAtMicroseconds,
                in: connection.history,
                snapshot: snapshot,
                limits: AppendTransaction.Limits()
            )
            return ahead.complete(&entries, fresh, orders: { cache.record(of: $0) }, prefetch: known)
        }

        func transaction(_ plan: AssumedPlan?) throws -> AppendTransaction {
            try AppendTransaction(#require(plan), on: connection, at: place, began: .now, decidedFrom: .now)
        }

        /// Commits what must be refused, and makes sure that nothing was written.
        func expectRefuted(_ plan: AssumedPlan?) async throws {
            let transaction = try transaction(plan)
            let error = await #expect(throws: PostgresError.self) { try await transaction.commit() }
            #expect(transaction.isRefuted(by: try #require(error)))
            try await transaction.rollBack()
            #expect(try await log.reader.head().seq == head.seq)
            let rows = try await connection.query("select count(*) as count from commands where command_id <> 'first'")
            #expect(try rows.first?.get("count", as: Int64.self) == 0)
        }
    }

    @Test func aBatchThatHoldsIsWrittenInOneRoundTrip() async throws {
        try await Fixture.with { log in
            let other = UUID()
            let transaction = try log.transaction(
                log.plan(
                    Samples.submission(.addNote, Self.note, order: log.order, key: "a"),
                    Samples.submission(.placeOrder, Samples.place(), order: other, key: "b"),
                    Samples.submission(.confirmOrder, order: other, key: "c")
                )
            )
            #expect(transaction.isAssumed)
            let commit = try await transaction.commit()
            let rows = try await log.connection.query("select ctid::text as place, seq from log_head")
            #expect(try HeadPlace(rows) == commit.headPlace)
            #expect(try rows.first?.get("seq", as: Int64.self) == 4)
            #expect(commit.databaseTime != nil)
            let events = try await log.log.reader.events(after: 0, limit: 10, scope: .everything).events
            #expect(events.map(\.commandId) == ["first", "a", "b", "c"])
            #expect(events.map(\.orderId) == [log.order, log.order, other, other])
        }
    }

    @Test func aHeadThatHasMovedRefutes() async throws {
        try await Fixture.with { log in
            try await log.log.moveHead()
            try await log.expectRefuted(log.plan(Samples.submission(.addNote, Self.note, order: log.order)))
        }
    }

    /// A row may lie where an earlier one lay.
    @Test func anotherHeadAtTheSamePlaceRefutes() async throws {
        try await Fixture.with { log in
            let (epoch, seq, time) = (log.head.epoch, log.head.seq, log.head.recordedAtMicroseconds)
            for other in [
                LogHead(epoch: "another", seq: seq, recordedAtMicroseconds: time),
                LogHead(epoch: epoch, seq: seq - 1, recordedAtMicroseconds: time),
                LogHead(epoch: epoch, seq: seq, recordedAtMicroseconds: time - 1),
            ] {
                let note = try Samples.submission(.addNote, Self.note, order: log.order)
                try await log.expectRefuted(log.plan(note, after: other))
            }
        }
    }

    @Test func aLockedHeadRefutesAtOnce() async throws {
        try await Fixture.with { log in
            try await PostgresConnection.with(log.log.database, logger: log.log.logger) { other in
                try await other.query("begin")
                try await other.query("select seq from log_head for update")
                // The session has no limit for waits for locks: a wait would not end.
                try await log.expectRefuted(log.plan(Samples.submission(.addNote, Self.note, order: log.order)))
                try await other.query("rollback")
            }
        }
    }

    @Test func anIdThatIsTakenRefutes() async throws {
        try await Fixture.with { log in
            try await log.expectRefuted(
                log.plan(
                    Samples.submission(.addNote, Self.note, order: log.order, key: "new"),
                    Samples.submission(.addNote, Self.note, order: log.order, key: "first")
                )
            )
        }
    }

    @Test func anOrderThatIsThereRefutes() async throws {
        try await Fixture.with { log in
            let unknown = UUID()
            try await log.connection.query(
                """
                insert into order_states (order_id, seq, recorded_at, version, shop, customer, status, state, model_version)
                select $1, seq, recorded_at, version, shop, customer, status, state, model_version from order_states
                """,
                [unknown]
            )
            try await log.expectRefuted(log.plan(Samples.submission(.placeOrder, Samples.place(), order: unknown)))
        }
    }

    @Test func aBatchThatNeedsMoreIsNotAssumed() async throws {
        try await Fixture.with { log in
            #expect(log.plan(try Samples.submission(.addNote, Self.note, order: UUID())) == nil, "an unknown order")
            #expect(log.plan(try Samples.trackedScan("W1", scan: "s1")) == nil, "a tracking number")
            let again = try Samples.submission(.placeOrder, Samples.place(), order: log.order)
            #expect(log.plan(again) == nil, "nothing but refusals, which no transaction would confirm")
        }
    }

    @Test func anIdThatPastDaysMayHaveIsLookedUp() async throws {
        try await Fixture.with { log in
            let history = log.connection.history
            var filter = BloomFilter(expectedCount: 100)
            filter.insert("old")
            let snapshot = CommandIdFilterCache.Snapshot(day: "2026-01-01", filter: filter, history: history)
            let old = try Samples.submission(.addNote, Self.note, order: log.order, key: "old")
            let new = try Samples.submission(.addNote, Self.note, order: log.order, key: "new")
            #expect(log.plan(old, snapshot: snapshot) == nil)
            #expect(log.plan(new, snapshot: snapshot) != nil)
            let known = BatchPrefetch(ofCommands: ["old"], orders: [])
            #expect(log.plan(old, known: known, snapshot: snapshot) != nil, "the look-up has not found it")
            var cache = log.cache
            let work = AheadPlan().work(
                on: [old, new].map(Self.entry),
                after: try log.transaction(log.plan(new)),
                cache: &cache,
                at: log.head.recordedAtMicroseconds,
                snapshot: snapshot,
                crowd: 2,
                limits: AppendTransaction.Limits()
            )
            #expect(work.prefetch.commandIds == ["old"])
            #expect(!work.isCrowded, "it cannot be decided before the id is looked up")
        }
    }

    /// A batch is decided on the one before it, which is not committed yet.
    @Test func theNextBatchGoesOnWithWhatWasDecidedAhead() async throws {
        try await Fixture.with { log in
            let second = try Samples.submission(.addNote, Self.note, order: log.order, key: "b")
            let repeated = try Samples.submission(.addNote, Self.note, order: log.order, key: "a")
            let third = try Samples.submission(.addNote, Self.note, order: log.order, key: "c")
            let transaction = try log.transaction(
                log.plan(Samples.submission(.addNote, Self.note, order: log.order, key: "a"))
            )
            var cache = log.cache
            let time = log.head.recordedAtMicroseconds
            func decideAhead(
                _ next: [AppendQueue.Entry],
                _ cache: inout StateCache
            ) async -> (BatchPrefetch, AheadPlan) {
                var ahead = AheadPlan()
                let work = ahead.work(
                    on: next,
                    after: transaction,
                    cache: &cache,
                    at: time,
                    snapshot: nil,
                    crowd: .max,
                    limits: AppendTransaction.Limits()
                )
                var known: BatchPrefetch
                (known, ahead.plan) = await work.run(snapshot: nil, on: nil, .shared, logger: log.log.logger)
                known.merge(transaction.known, transaction.changedRecords)
                return (known, ahead)
            }
            let (two, one) = ([second, repeated].map(Self.entry), [second].map(Self.entry))
            let (aheadOfTwo, aheadOfOne) = (await decideAhead(two, &cache), await decideAhead(one, &cache))
            let commit = try await transaction.commit()
            transaction.update(&cache)
            func complete(
                _ batch: [AppendQueue.Entry],
                at time: Int64,
                _ decided: (known: BatchPrefetch, ahead: AheadPlan)
            ) -> AssumedPlan? {
                var (begun, entries, records) = (decided.ahead, batch, cache)
                let fresh = AssumedPlan(
                    after: transaction.headAfter,
                    at: time,
                    in: log.connection.history,
                    snapshot: nil,
                    limits: AppendTransaction.Limits()
                )
                return begun.complete(&entries, fresh, orders: { records.record(of: $0) }, prefetch: decided.known)
            }
            let repeating = try #require(complete(two, at: time + 100_000, aheadOfTwo))
            #expect(repeating.recordedAt.unixMicroseconds == time, "as it was decided ahead")
            let results = try repeating.results.map { try $0.get() }
            #expect(results.map(\.version) == [3, 2])
            #expect(results.map(\.replayed) == [false, true])
            let later = try #require(complete(one, at: time + 100_001, aheadOfOne))
            #expect(later.recordedAt.unixMicroseconds == time + 100_001, "what was decided long ago is decided again")
            let without = try #require(complete([two[0]], at: time, aheadOfTwo))
            #expect(without.results.count == 1, "a command that was refused meanwhile is not written")
            let plan = try #require(complete(one + [Self.entry(third)], at: time, aheadOfOne))
            #expect(plan.entries.map(\.submission.commandId) == ["b", "c"])
            let place = try #require(commit.headPlace)
            let last = AppendTransaction(plan, on: log.connection, at: place, began: .now, decidedFrom: .now)
            _ = try await last.commit()
            let events = try await log.log.reader.events(after: 0, limit: 10, scope: .everything).events
            #expect(events.map(\.commandId) == ["first", "a", "b", "c"])
        }
    }

    @Test func commandsThatWereDecidedAheadComeFirst() throws {
        let entries = try (0..<5).map { Self.entry(try Samples.submission(.confirmOrder, order: UUID(), key: "\($0)")) }
        func ids(_ entries: [AppendQueue.Entry]) -> [String] { entries.map(\.submission.commandId) }
        var batch = entries
        var moved = batch.moveToFront([entries[0], entries[3]])
        #expect(moved)
        #expect(ids(batch) == ["0", "3", "1", "2", "4"])
        batch = Array(entries[1...])
        moved = batch.moveToFront([entries[0], entries[3]])
        #expect(!moved)
        #expect(ids(batch) == ["1", "2", "3", "4"])
    }
}
