import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct CommandIdFilterCacheTests {
    @Test func aFilterContainsAllInsertedIdsAndFewOthers() {
        var filter = BloomFilter(expectedCount: 20_000)
        for number in 0..<20_000 { filter.insert("order-\(number)") }
        #expect((0..<20_000).allSatisfy { filter.mayContain("order-\($0)") })
        let wrong = (0..<20_000).count { filter.mayContain("other-\($0)") }
        #expect(wrong < 60)
    }

    @Test func aFilterStaysWithinItsBound() {
        var filter = BloomFilter(expectedCount: .max, maximumBytes: 4096)
        #expect(filter.byteCount == 4096)
        for number in 0..<100_000 { filter.insert("\(number)") }
        #expect(filter.mayContain("99999"))
    }

    /// A command of 80 days ago is a repetition like one of today, with the filter and without.
    @Test(arguments: [false, true])
    func aRepetitionIsKnownOnLaterDays(refreshed: Bool) async throws {
        try await TestLog.with { log in
            let orders = (0..<20).map { _ in UUID() }
            try await log.withAppender { appender in
                for order in orders {
                    _ = try await appender.submit(
                        Samples.submission(.placeOrder, Samples.place(), order: order, key: "place-\(order)")
                    )
                }
            }
            // The commands of one day lie in a partition of their own, those of the other in the default partition.
            try await addPartition(to: log, daysAgo: 3)
            // Half of the commands are moved to 80 days ago, the other half to three days ago.
            for (index, order) in orders.enumerated() {
                try await move(key: "place-\(order)", in: log, daysAgo: index.isMultiple(of: 2) ? 80 : 3)
            }
            let filter = CommandIdFilterCache()
            if refreshed {
                try await CommandIdFilterLoader(pool: log.pool, registry: log.registry).refresh(filter)
                #expect(filter.day != nil)
                #expect(filter.count == orders.count)
            }
            try await log.withAppender(commandIdFilter: filter) { appender in
                for order in orders {
                    let again = try await appender.submit(
                        Samples.submission(.placeOrder, Samples.place(), order: order, key: "place-\(order)")
                    )
                    #expect(again.replayed && again.events.map(\.type) == ["OrderPlaced"])
                    let other = try Samples.submission(.confirmOrder, order: order, key: "confirm-\(order)")
                    #expect(try await !appender.submit(other).replayed)
                }
            }
        }
    }

    /// With a snapshot of another history all days are searched.
    @Test func aSnapshotOfAnotherHistoryIsNotUsed() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let key = "place-\(order)"
            let filter = CommandIdFilterCache()
            filter.replace(with: .init(day: "2999-01-01", filter: BloomFilter(expectedCount: 0), history: EpochTable()))
            try await log.withAppender(commandIdFilter: filter) { appender in
                let place = try Samples.submission(.placeOrder, Samples.place(), order: order, key: key)
                _ = try await appender.submit(place)
                #expect(try await appender.submit(place).replayed)
            }
        }
    }

    private func addPartition(to log: TestLog, daysAgo days: Int) async throws {
        try await withConnection(log) { connection in
            try await connection.executeScript(
                """
                do $$
                declare day timestamptz := date_trunc('day', now(), 'UTC') - interval '\(days) days';
                begin
                    execute format('create table commands_%s partition of commands for values from (%L) to (%L)',
                        to_char(day at time zone 'UTC', 'YYYYMMDD'), day, day + interval '1 day');
                end
                $$
                """
            )
        }
    }

    private func move(key: String, in log: TestLog, daysAgo days: Int) async throws {
        try await withConnection(log) { connection in
            try await connection.query(
                "update commands set recorded_at = recorded_at - make_interval(days => $2) where command_id = $1",
                [key, Int32(days)]
            )
        }
    }

    private func withConnection(_ log: TestLog, _ body: (PostgresConnection) async throws -> Void) async throws {
        let connection = try await PostgresConnection.connect(log.database, logger: log.logger)
        do {
            try await body(connection)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
