import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct CommandIdFilterCacheTests {
    @Test func aFilterHoldsAllThatWasPutInAndLittleElse() {
        var filter = BloomFilter(expected: 20_000)
        for number in 0..<20_000 { filter.insert("order-\(number)") }
        #expect((0..<20_000).allSatisfy { filter.mayContain("order-\($0)") })
        let wrong = (0..<20_000).count { filter.mayContain("other-\($0)") }
        #expect(wrong < 60)
    }

    @Test func aFilterStaysWithinItsBound() {
        var filter = BloomFilter(expected: .max, maximumBytes: 4096)
        #expect(filter.size == 4096)
        for number in 0..<100_000 { filter.insert("\(number)") }
        #expect(filter.mayContain("99999"))
    }

    /// A command of ninety days ago is a repetition as much as one of today, in whichever way its id is found.
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
            // A partition of its own for one of the days, none for the other.
            try await partition(log, daysAgo: 3)
            // As if they had come half of them 80 days ago, half of them three.
            for (index, order) in orders.enumerated() {
                try await age(log, key: "place-\(order)", days: index.isMultiple(of: 2) ? 80 : 3)
            }
            let old = CommandIdFilterCache()
            if refreshed {
                try await log.reader.refresh(old)
                #expect(old.day != nil)
                #expect(old.count == orders.count)
            }
            try await log.withAppender(oldIds: old) { appender in
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

    /// Of another history nothing is known: the same ids are asked for everywhere.
    @Test func aSnapshotOfAnotherHistoryCountsForNothing() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let key = "place-\(order)"
            let old = CommandIdFilterCache()
            old.replace(with: .init(day: "2999-01-01", filter: BloomFilter(expected: 0), history: EpochTable()))
            try await log.withAppender(oldIds: old) { appender in
                let place = try Samples.submission(.placeOrder, Samples.place(), order: order, key: key)
                _ = try await appender.submit(place)
                #expect(try await appender.submit(place).replayed)
            }
        }
    }

    private func partition(_ log: TestLog, daysAgo days: Int) async throws {
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

    private func age(_ log: TestLog, key: String, days: Int) async throws {
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
