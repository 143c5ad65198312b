import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct ReadinessTests {
    @Test func reasonsAreToldApart() {
        func reason(_ kind: PostgresError.Kind, _ state: String? = nil) -> Unreadiness {
            Unreadiness(writeFailure: PostgresError(kind, "", sqlState: state))
        }
        #expect(reason(.server, "25006") == .readOnly)
        #expect(reason(.server, "53100") == .diskFull)
        #expect(reason(.server, "55P03") == .locked)
        #expect(reason(.connect, "53300") == .noConnection)
        #expect(Unreadiness(readFailure: PostgresError(.connect, "", sqlState: "53300")) == .noConnection)
        #expect(Unreadiness(readFailure: PostgresError(.timeout, "")) == .readsUnanswered)
        #expect(reason(.connect) == .unreachable)
        #expect(Unreadiness(writeFailure: PostgresError.formerServer(lacking: EpochTable())) == .formerServer)
        #expect(reason(.timeout) == .unreachable)
    }

    @Test func failedBatchIsTroubleUntilTheNextIsCommitted() {
        let activity = AppendActivity()
        #expect(activity.unreadiness() == nil)
        activity.batchBegins()
        activity.batchFailed(PostgresError(.server, "", sqlState: "53100"))
        #expect(activity.unreadiness() == .diskFull && activity.hasFoundDiskFull)
        activity.batchBegins()
        activity.commitBegins()
        activity.batchCommitted(commands: 1)
        #expect(activity.unreadiness() == nil && !activity.hasFoundDiskFull)
        #expect(activity.hasCommitted(within: .seconds(60)))
    }

    @Test func failureIsForgottenSoThatProbesDecide() {
        let activity = AppendActivity()
        activity.batchBegins()
        activity.batchFailed(PostgresError(.server, "", sqlState: "25006"))
        activity.batchEnded()
        #expect(activity.unreadiness() == .readOnly)
        #expect(activity.unreadiness(at: .now + .seconds(4)) == nil)
    }

    @Test func longPhasesAreTrouble() {
        let activity = AppendActivity()
        activity.batchBegins()
        #expect(activity.unreadiness(at: .now + .seconds(1)) == nil)
        #expect(activity.unreadiness(at: .now + .seconds(3)) == .commandsWait)
        activity.commitBegins()
        #expect(activity.unreadiness(at: .now + .seconds(1)) == nil)
        #expect(activity.unreadiness(at: .now + .seconds(3)) == .slowCommits)
        activity.batchEnded()
        #expect(activity.unreadiness(at: .now + .seconds(60)) == nil)
    }

    @Test func stallCountsFromTheFirstBatchSinceTheLastCommit() {
        let activity = AppendActivity()
        activity.batchBegins()
        let moment = ContinuousClock.now + .seconds(2)
        activity.batchEnded()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) == nil)
        activity.batchBegins()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) != nil)
        activity.commitBegins()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) == nil)
        activity.batchCommitted(commands: 1)
        activity.batchBegins()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) == nil)
    }

    @Test func batchWithNothingToWriteIsNeitherACommitNorARecovery() {
        let activity = AppendActivity()
        activity.batchBegins()
        activity.batchFailed(PostgresError(.server, "", sqlState: "53100"))
        activity.batchBegins()
        activity.commitBegins()
        activity.batchCommitted(commands: 0)
        #expect(activity.unreadiness() == .diskFull && activity.hasFoundDiskFull)
        #expect(!activity.hasCommitted(within: .seconds(60)))
    }

    @Test func stallCountsOverAttemptsThatFailWhileWriting() {
        let activity = AppendActivity()
        let moment = ContinuousClock.now + .seconds(3)
        activity.batchBegins()
        activity.commitBegins()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) == nil, "this may be the disk")
        activity.batchFailed(PostgresError(.server, "", sqlState: "55P03"))
        activity.batchBegins()
        activity.commitBegins()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) != nil, "it met a lock before")
        activity.batchCommitted(commands: 1)
        activity.batchBegins()
        activity.commitBegins()
        #expect(activity.entriesStalled(for: .seconds(2), at: moment) == nil)
    }

    @Test func commandsThatWereRefusedAreNotWritten() throws {
        let activity = AppendActivity()
        let submission = try Samples.submission(.confirmOrder, order: UUID())
        let single = AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
        var bulk = AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
        bulk.isBulk = true
        activity.batchTaken([single, bulk])
        activity.batchBegins()
        let moment = ContinuousClock.now + .seconds(2)
        #expect(!activity.refuseStalled(for: .seconds(3), at: moment))
        #expect(activity.refuseStalled(for: .seconds(2), at: moment))
        #expect(single.pendingReceipt.isAnswered && !bulk.pendingReceipt.isAnswered)
        #expect(!activity.commitBegins([single, bulk]))
        #expect(!activity.isCommitting)
        #expect(activity.commitBegins([bulk]))
        #expect(!activity.refuseStalled(for: .seconds(2), at: moment), "a commit is under way")
    }

    @Test func aRefutedBatchHasNotBegunToCommit() {
        let activity = AppendActivity()
        activity.batchTaken([])
        activity.batchBegins()
        #expect(activity.attemptedAfter == nil)
        activity.commitBegins(after: 7)
        #expect(activity.attemptedAfter == 7 && activity.isCommitting)
        activity.commitRefuted()
        #expect(activity.attemptedAfter == nil && !activity.isCommitting)
        activity.commitBegins(after: 8)
        activity.commitBegins(after: 9)
        #expect(activity.attemptedAfter == 8, "the first attempt may have accepted what is found")
    }

    @Test func aLogThatIsIdleForLongIsWrittenRarely() {
        let now = ContinuousClock.now
        var schedule = ProbeSchedule(at: now)
        #expect(schedule.mustCommit(at: now, lastBatch: nil))
        schedule.probed(at: now, committed: true, nil)
        #expect(schedule.mustCommit(at: now + .seconds(100), lastBatch: nil))
        #expect(!schedule.mustCommit(at: now + .seconds(130), lastBatch: nil))
        #expect(schedule.mustCommit(at: now + .seconds(130), lastBatch: now + .seconds(100)))
        schedule.probed(at: now + .seconds(130), committed: false, nil)
        #expect(schedule.mustCommit(at: now + .seconds(301), lastBatch: nil))
        schedule.probed(at: now + .seconds(302), committed: true, .locked)
        #expect(schedule.mustCommit(at: now + .seconds(303), lastBatch: nil))
    }

    private static func probe(_ log: TestLog) -> WriteProbe {
        let appender = Appender(configuration: log.database, registry: log.registry, logger: log.logger)
        return WriteProbe(configuration: appender.configuration, registry: log.registry, logger: log.logger)
    }

    /// The last transaction that locked the head.
    private static func lastLocker(_ log: TestLog) async throws -> String {
        let rows = try await log.pool.query("select xmax::text as xmax from log_head")
        return try #require(rows.first).get("xmax", as: String.self)
    }

    /// Another process's probe tries the disk at the same time, as one of the version before does.
    @Test func probesDoNotWaitForEachOther() async throws {
        try await TestLog.with { log in
            var probe = Self.probe(log)
            let other = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await other.query("begin")
            try await other.query(
                """
                insert into events (
                    seq, occurred_at, recorded_at, order_id, version, schema, number, shop, customer, type, status, internal,
                    actor, command_id)
                select -n, now(), now(), gen_random_uuid(), 1, 1, '', '', '', '', '', '{}', '', ''
                from generate_series(1, 200) as n
                """
            )
            #expect(await probe.run(commits: true, needsRoom: true) == nil)
            await other.close(grace: .zero)
        }
    }

    @Test func probeWritesNothingAndFindsAReadOnlyDatabase() async throws {
        try await TestLog.with { log in
            var probe = Self.probe(log)
            #expect(await probe.run(commits: true, needsRoom: true) == nil)
            let (head, events) = (try await log.reader.head(), try await log.pool.query("select from events"))
            #expect(head.seq == 0 && events.isEmpty)
            let appender = Appender(configuration: log.database, registry: log.registry, logger: log.logger)
            var readOnly = appender.configuration
            readOnly.serverSettings["default_transaction_read_only"] = "on"
            for commits in [true, false] {
                var other = WriteProbe(configuration: readOnly, registry: log.registry, logger: log.logger)
                #expect(await other.run(commits: commits) == .readOnly)
            }
        }
    }

    @Test func probeThatOnlyLooksLocksNoRow() async throws {
        try await TestLog.with { log in
            var probe = Self.probe(log)
            let before = try await Self.lastLocker(log)
            #expect(await probe.run(commits: false) == nil)
            #expect(try await Self.lastLocker(log) == before)
            #expect(await probe.run(commits: true) == nil)
            #expect(try await Self.lastLocker(log) != before)
        }
    }

    @Test(arguments: [
        "select seq from log_head for update", "lock table commands in share mode", "lock table events",
        "lock table order_states",
    ])
    func probeFindsALockAndRecovers(lock: String) async throws {
        try await TestLog.with { log in
            let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
            for commits in [true, false] {
                var probe = Self.probe(log)
                try await holder.query("begin")
                try await holder.query(lock)
                #expect(await probe.run(commits: commits) == .locked)
                try await holder.query("rollback")
                #expect(await probe.run(commits: commits) == nil)
            }
            await holder.close()
        }
    }

    /// The writer may not make temporary tables, and a trigger takes the place of a full disk.
    @Test func fullDiskIsFoundWithoutTemporaryTables() async throws {
        try await TestLog.with { log in
            try await PostgresConnection.with(log.database, logger: log.logger) { owner in
                try await owner.executeScript(
                    """
                    do $$ begin execute format('revoke temporary on database %I from public', current_database()); end $$;
                    create function fill() returns trigger language plpgsql as
                        $$ begin raise 'no room' using errcode = 'disk_full'; end $$;
                    create trigger fill before insert on events for each row execute function fill();
                    """
                )
            }
            var probe = Self.probe(log)
            #expect(await probe.run(commits: true, needsRoom: true) == .diskFull)
            #expect(await probe.run(commits: true, needsRoom: true) == .diskFull)
            try await PostgresConnection.with(log.database, logger: log.logger) { owner in
                try await owner.executeScript("drop trigger fill on events")
            }
            #expect(await probe.run(commits: true, needsRoom: true) == nil)
            #expect(try await log.reader.head().seq == 0)
        }
    }
}
