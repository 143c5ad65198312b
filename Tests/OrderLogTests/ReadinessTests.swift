import Foundation
import LogSupport
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
        #expect(reason(.connect) == .unreachable)
        #expect(reason(.timeout) == .unreachable)
    }

    @Test func failedBatchIsTroubleUntilTheNextIsCommitted() {
        let activity = AppendActivity()
        #expect(activity.trouble() == nil)
        activity.batchBegins()
        activity.batchFailed(PostgresError(.server, "", sqlState: "53100"))
        #expect(activity.trouble() == .diskFull && activity.lacksRoom)
        activity.batchBegins()
        activity.commitBegins()
        activity.batchCommitted(commands: 1)
        #expect(activity.trouble() == nil && !activity.lacksRoom)
        #expect(activity.hasCommitted(within: .seconds(60)))
    }

    @Test func failureIsForgottenSoThatProbesDecide() {
        let activity = AppendActivity()
        activity.batchBegins()
        activity.batchFailed(PostgresError(.server, "", sqlState: "25006"))
        activity.batchEnded()
        #expect(activity.trouble() == .readOnly)
        #expect(activity.trouble(at: .now + .seconds(4)) == nil)
    }

    @Test func longPhasesAreTrouble() {
        let activity = AppendActivity()
        activity.batchBegins()
        #expect(activity.trouble(at: .now + .seconds(1)) == nil)
        #expect(activity.trouble(at: .now + .seconds(3)) == .commandsWait)
        activity.commitBegins()
        #expect(activity.trouble(at: .now + .seconds(1)) == nil)
        #expect(activity.trouble(at: .now + .seconds(3)) == .slowCommits)
        activity.batchEnded()
        #expect(activity.trouble(at: .now + .seconds(60)) == nil)
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

    @Test func probeWritesNothingAndFindsAReadOnlyDatabase() async throws {
        try await TestLog.with { log in
            var probe = WriteProbe(configuration: log.database, logger: log.logger)
            #expect(await probe.run(needsRoom: true) == nil)
            let head = try await log.reader.head()
            #expect(head.seq == 0)
            var readOnly = log.database
            readOnly.serverSettings["default_transaction_read_only"] = "on"
            var other = WriteProbe(configuration: readOnly, logger: log.logger)
            #expect(await other.run(needsRoom: false) == .readOnly)
        }
    }

    @Test func probeFindsALockedHeadAndRecovers() async throws {
        try await TestLog.with { log in
            var probe = WriteProbe(configuration: log.database, logger: log.logger)
            let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await holder.query("begin")
            try await holder.query("select seq from log_head for update")
            #expect(await probe.run(needsRoom: false) == .locked)
            try await holder.query("rollback")
            #expect(await probe.run(needsRoom: false) == nil)
            await holder.close()
        }
    }
}
