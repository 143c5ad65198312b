import Foundation
import LogSupport
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderLog

@Suite struct AppenderTests {
    private func allEvents(_ log: TestLog) async throws -> [LoggedEvent] {
        var events: [LoggedEvent] = []
        while true {
            let page = try await log.reader.events(after: events.last?.seq ?? 0, limit: 500, scope: .everything)
            events += page.events
            if !page.hasMore { return events }
        }
    }

    @Test func simultaneousCommandsGetPositionsWithoutGaps() async throws {
        try await TestLog.with { log in
            try await log.withAppender { appender in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            let order = UUID()
                            let placed = try await appender.submit(
                                Samples.submission(.placeOrder, Samples.place(), order: order)
                            )
                            let confirmed = try await appender.submit(Samples.submission(.confirmOrder, order: order))
                            #expect(placed.position.seq < confirmed.position.seq)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let events = try await allEvents(log)
            #expect(events.map(\.seq) == Array(1...200))
            #expect(zip(events, events.dropFirst()).allSatisfy { $0.recordedAt <= $1.recordedAt })
        }
    }

    @Test func aChangedColumnFailsNoCommandAndNoRead() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { appender in
                for _ in 0..<2 {
                    _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                }
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                #expect(try await allEvents(log).count == 3)
                try await PostgresConnection.with(log.database, logger: log.logger) { administrator in
                    try await administrator.executeScript(
                        """
                        alter table commands alter column status type varchar;
                        alter table events alter column actor type varchar;
                        """
                    )
                }
                let confirmed = try await appender.submit(Samples.submission(.confirmOrder, order: order))
                #expect(confirmed.version == 2)
                #expect(try await allEvents(log).count == 4)
            }
        }
    }

    @Test func commandsOfKilledConnectionsAreAppendedExactlyOnce() async throws {
        try await TestLog.with { log in
            let orders = (0..<60).map { _ in UUID() }
            try await log.withAppender { appender in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for order in orders {
                        group.addTask {
                            let placed = try await appender.submit(
                                Samples.submission(.placeOrder, Samples.place(), order: order)
                            )
                            #expect(placed.version == 1)
                            #expect(!placed.replayed)
                            let confirmed = try await appender.submit(Samples.submission(.confirmOrder, order: order))
                            #expect(confirmed.version == 2)
                        }
                    }
                    group.addTask {
                        for _ in 0..<12 { try await log.terminateConnections(named: "waybill appender") }
                    }
                    try await group.waitForAll()
                }
            }
            let events = try await allEvents(log)
            #expect(events.map(\.seq) == Array(1...120))
            #expect(Set(events.map(\.orderId)) == Set(orders))
        }
    }

    @Test func aRepetitionAfterARestartGetsTheFirstAnswer() async throws {
        try await TestLog.with { log in
            let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "k")
            let first = try await log.withAppender { try await $0.submit(submission) }
            let second = try await log.withAppender { try await $0.submit(submission) }
            #expect(second.replayed)
            #expect(second.events == first.events)
            #expect(second.position == first.position)
            #expect(try await allEvents(log).count == 1)
        }
    }

    @Test func severalAppendersShareOneLog() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { one in
                try await log.withAppender { two in
                    _ = try await one.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for index in 0..<40 {
                            let note = #"{"text":"n\#(index)","visibility":"staff"}"#
                            group.addTask {
                                _ = try await (index.isMultiple(of: 2) ? one : two)
                                    .submit(Samples.submission(.addNote, note, order: order))
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
            let events = try await allEvents(log)
            #expect(events.map(\.seq) == Array(1...41))
            #expect(events.map(\.version) == Array(1...41))
        }
    }

    @Test func whatComesDuringTheWaitForOtherProcessesGoesWithTheBatch() async throws {
        try await TestLog.with { log in
            try await log.withAppender { one in
                try await log.withAppender { two in
                    // Each finds the other's commit, and knows that it is not alone.
                    for appender in [one, two, one] {
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                    }
                    try await PostgresConnection.with(log.database, logger: log.logger) { holder in
                        try await holder.query("begin")
                        try await holder.query("select from log_head for update")
                        try await submitElevenDuringTheWait(to: one, of: log) {
                            _ = try await holder.query("commit")
                        }
                    }
                }
            }
            let rows = try await log.pool.query("select count(distinct xmin::text) from events where seq > 3")
            #expect(try rows[0].get(0, as: Int64.self) == 1)
            #expect(try await allEvents(log).map(\.seq) == Array(1...14))
        }
    }

    /// Submits a command, which waits for the head, then ten more, and gives the head free.
    private func submitElevenDuringTheWait(
        to appender: Appender,
        of log: TestLog,
        release: () async throws -> Void
    ) async throws {
        try await PostgresConnection.with(log.database, logger: log.logger) { watcher in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for count in 0...10 {
                    group.addTask {
                        let order = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                        _ = try await appender.submit(order)
                    }
                    let waits = try await eventually(within: .seconds(1)) {
                        let waiting = try await watcher.query(
                            """
                            select from pg_stat_activity where datname = current_database()
                            and application_name = 'waybill appender' and wait_event_type = 'Lock'
                            """
                        )
                        return waiting.count == 1 && appender.backlogs.singles == count
                    }
                    #expect(waits)
                }
                try await release()
                try await group.waitForAll()
            }
        }
    }

    @Test func aFullQueueRefusesAtOnce() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.queueCapacity = 0
            let appender = Appender(
                configuration: log.database,
                registry: log.registry,
                settings: settings,
                logger: log.logger
            )
            let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
            await #expect(throws: AppendRefusal.self) { try await appender.submit(submission) }
        }
    }

    @Test func commandsAreRefusedInTimeWithoutADatabase() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.timeout = .milliseconds(300)
            var nowhere = log.database
            nowhere.database = "does_not_exist"
            let appender = Appender(
                configuration: nowhere,
                registry: log.registry,
                settings: settings,
                logger: log.logger
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await appender.run() }
                let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                let refusal = await #expect(throws: AppendRefusal.self) { try await appender.submit(submission) }
                guard case .unavailable = refusal else {
                    Issue.record("refused as \(String(describing: refusal))")
                    return
                }
                group.cancelAll()
            }
        }
    }

    @Test func anIdentityThatDiffersOpensAnEpochAtTheNextEvent() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let placed = try await log.withAppender {
                try await $0.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
            }
            // As after a restore: the current epoch belongs to another server.
            let owner = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await owner.query("update log_epochs set identity = 'elsewhere'")
            await owner.close()
            let confirmed = try await log.withAppender {
                try await $0.submit(Samples.submission(.confirmOrder, order: order))
            }
            #expect(confirmed.position.epoch != placed.position.epoch)
            #expect(confirmed.position.seq == 2)
            #expect(try await log.reader.check(placed.position) == .good(1))
            #expect(try await log.reader.check(LogPosition(epoch: placed.position.epoch, seq: 2)) == .forked)
            #expect(try await log.reader.check(LogPosition(epoch: confirmed.position.epoch, seq: 3)) == .ahead)
        }
    }
}
