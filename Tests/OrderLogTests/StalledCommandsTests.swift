import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

/// Commands that the log has accepted before are answered while the head is locked, without the lock.
@Suite struct StalledCommandsTests {
    private func lookUp(_ log: TestLog) -> AcceptedLookUp {
        AcceptedLookUp(registry: log.registry, filter: CommandIdFilterCache(), timeout: .seconds(5))
    }

    private func place(
        _ order: UUID = UUID(),
        key: String,
        fingerprint: UInt8 = 1,
        shops: Set<String>? = nil
    ) throws -> Submission {
        try Samples.submission(
            .placeOrder,
            Samples.place(),
            order: order,
            key: key,
            fingerprint: fingerprint,
            shops: shops
        )
    }

    @Test func aRepetitionIsAnsweredWhileTheHeadIsLocked() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.stallTimeout = .seconds(3)
            try await log.withAppender(settings) { appender in
                let submission = try place(key: "known")
                let first = try await appender.submit(submission)
                let holder = try await PostgresConnection.connect(log.database, logger: log.logger)
                try await holder.query("begin")
                try await holder.query("select seq from log_head for update")
                // The first holds the appender up, the others wait behind it.
                let new = try place(key: "new")
                let ahead = Task { try await appender.submit(new) }
                let again = try await appender.submit(submission)
                #expect(again.replayed && again.position == first.position && again.events == first.events)
                await #expect(throws: AppendRefusal.self) { try await ahead.value }
                try await holder.query("rollback")
                await holder.close()
            }
        }
    }

    @Test func theVeryCommandAloneIsFound() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let placed = try place(order, key: "k1")
            let confirmed = try Samples.submission(.confirmOrder, order: order, key: "k2")
            let receipts = try await log.withAppender { appender in
                [try await appender.submit(placed), try await appender.submit(confirmed)]
            }
            let asked = [
                placed, confirmed, try place(order, key: "k1", fingerprint: 2),
                try place(order, key: "k1", shops: ["other"]),
                try Samples.submission(.confirmOrder, order: UUID(), key: "k2"), try place(order, key: "k3"),
            ]
            let found = try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                try await lookUp(log).receipts(of: asked, on: connection)
            }
            #expect(found[0]?.position == receipts[0].position && found[0]?.replayed == true)
            #expect(found[1]?.position == receipts[1].position && found[1]?.events == receipts[1].events)
            #expect(found[2...].allSatisfy { $0 == nil })
        }
    }

    @Test func aFormerServerAnswersNothing() async throws {
        try await TestLog.with { log in
            let submission = try place(key: "k")
            _ = try await log.withAppender { try await $0.submit(submission) }
            let later = Epoch(ordinal: 9, name: "zzzzzzzz", firstSeq: 9)
            log.registry.replace(with: EpochTable(log.registry.current.epochs + [later]))
            await #expect(throws: PostgresError.self) {
                try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                    try await lookUp(log).receipts(of: [submission], on: connection)
                }
            }
        }
    }
}
