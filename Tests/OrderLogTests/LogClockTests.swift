import Logging
import Telemetry
import Testing

@testable import OrderLog

@Suite struct LogClockTests {
    private static let second: Int64 = 1_000_000
    private static let day: Int64 = 86_400 * second
    private static let start: Int64 = 20_000 * day

    private func reading(_ elapsed: Int64, database: Int64 = 0, own: Int64 = 0) -> LogClock.Reading {
        let now = Self.start + elapsed
        return LogClock.Reading(database: now + database, own: now + own, monotonic: elapsed)
    }

    @Test func theDatabaseClockCountsWhileItIsRight() {
        var clock = LogClock()
        #expect(clock.time(reading(0)) == Self.start)
        #expect(clock.time(reading(5 * Self.second, database: Self.second)) == Self.start + 6 * Self.second)
        #expect(clock.time(reading(3 * Self.day)) == Self.start + 3 * Self.day)
    }

    @Test(arguments: [3600 * second, 100 * day])
    func aJumpOfTheDatabaseClockNeverCounts(ahead: Int64) {
        var clock = LogClock()
        #expect(clock.time(reading(0)) == Self.start)
        for elapsed in [1, 60, 3600, 86_400].map({ $0 * Self.second }) {
            #expect(clock.time(reading(elapsed, database: ahead)) == Self.start + elapsed)
        }
        #expect(clock.time(reading(2 * Self.day)) == Self.start + 2 * Self.day)
    }

    @Test func aJumpThatWasThereBeforeTheStartDoesNotCount() {
        var clock = LogClock()
        #expect(clock.time(reading(0, database: 100 * Self.day)) == Self.start)
    }

    @Test func anEstimateGoesOnFromTheLastReadingForAWhile() {
        var clock = LogClock()
        #expect(clock.estimate(monotonic: 0) == nil)
        _ = clock.time(reading(Self.second, database: 7, own: 99))
        #expect(clock.estimate(monotonic: 3 * Self.second) == Self.start + 3 * Self.second + 7)
        #expect(clock.estimate(monotonic: 11 * Self.second) == Self.start + 11 * Self.second + 7)
        #expect(clock.estimate(monotonic: 11 * Self.second + 1) == nil)
    }

    @Test func aShortJumpOfBothClocksDoesNotCount() {
        var clock = LogClock()
        _ = clock.time(reading(0))
        let jump = 100 * Self.day
        #expect(clock.time(reading(9 * Self.second, database: jump, own: jump)) == Self.start + 9 * Self.second)
        #expect(clock.time(reading(20 * Self.second)) == Self.start + 20 * Self.second)
    }

    @Test func aJumpOfBothClocksCountsAfterAWhile() {
        var clock = LogClock()
        _ = clock.time(reading(0))
        for elapsed in [1, 100].map({ $0 * Self.second }) {
            #expect(clock.time(reading(elapsed, database: Self.day, own: Self.day)) == Self.start + elapsed)
        }
        let later = reading(122 * Self.second, database: Self.day, own: Self.day)
        #expect(clock.time(later) == later.database)
        let next = reading(123 * Self.second, database: Self.day, own: Self.day)
        #expect(clock.time(next) == next.database)
    }

    @Test func aClockThatIsSetBackCountsAtOnce() {
        var clock = LogClock()
        _ = clock.time(reading(0))
        #expect(clock.time(reading(Self.second, database: -Self.day)) == Self.start + Self.second - Self.day)
    }
}

@Suite struct LogClockAlarmsTests {
    @Test func theGaugesTellHowFarTimesAreAhead() throws {
        let registry = MetricsRegistry()
        let alarms = LogClockAlarms(logger: Logger(label: "tests"))
        try alarms.register(in: registry)
        let now: Int64 = 1_800_000_000_000_000
        alarms.note(headTime: now + 3_600_000_000, database: now, own: now - 120_000_000)
        #expect(registry.exposition().contains("\nwaybill_log_head_ahead_seconds 3600"))
        #expect(registry.exposition().contains("\nwaybill_database_clock_ahead_seconds 120"))
        alarms.note(headTime: now, database: now + 1_000_000, own: now + 2_000_000)
        #expect(registry.exposition().contains("\nwaybill_log_head_ahead_seconds 0"))
        #expect(registry.exposition().contains("\nwaybill_database_clock_ahead_seconds -1"))
    }
}
