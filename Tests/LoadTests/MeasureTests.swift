import Foundation
import Testing

@testable import waybill_load

@Suite struct MeasureTests {
    @Test func stallCountsForEveryCommandThatItDelayed() throws {
        // A hundred commands in one second. The service answers at once, except for half a second in the middle.
        var schedule = SendSchedule(start: 0, rate: 100, seconds: 1)
        var latency = LatencyHistogram()
        for millisecond in UInt64(0)...1500 where !(300..<800).contains(millisecond) {
            let now = millisecond * 1_000_000
            while let intended = schedule.take(at: now) { latency.record(nanoseconds: now - intended) }
        }
        #expect(schedule.next == nil && latency.count == 100)
        // Fifty commands waited 0 to 500 ms. Without the correction only one would show it.
        #expect(latency.percentile(50) <= 1)
        #expect(abs(latency.percentile(75) - 250) <= 20)
        #expect(abs(latency.longest - 500) <= 1)
    }

    @Test func commandIsNotDueBeforeItsTime() {
        var schedule = SendSchedule(start: 1000, rate: 1_000_000, seconds: 0.000_003)
        #expect(schedule.take(at: 999) == nil)
        #expect(schedule.take(at: 1000) == 1000 && schedule.take(at: 1000) == nil)
        #expect(schedule.take(at: 9000) == 2000 && schedule.take(at: 9000) == 3000 && schedule.take(at: 9000) == nil)
    }

    @Test func percentilesAreExactToThreeDigits() {
        var latency = LatencyHistogram()
        for value in 1...10_000 { latency.record(nanoseconds: UInt64(value) * 10_000) }
        #expect(abs(latency.percentile(50) - 50) < 0.06 && abs(latency.percentile(99) - 99) < 0.11)
        var both = LatencyHistogram()
        both.add(latency)
        both.add(latency)
        #expect(both.count == 20_000 && both.percentile(50) == latency.percentile(50))
    }

    @Test(arguments: [1, 2, 99, 10_000]) func percentilesAreThoseOfTheSortedValues(_ count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        // From a microsecond to beyond the limit of ten minutes, with as many values in each power of two.
        let values = (0..<count).map { _ in exp2(Double.random(in: 0...32, using: &random)).rounded(.down) }
        var latency = LatencyHistogram()
        for value in values { latency.record(nanoseconds: UInt64(value) * 1000) }
        let sorted = values.map { min($0, 600_000_000) / 1000 }.sorted()
        for permille in [1, 500, 900, 990, 999, 1000] {
            let expected = sorted[(permille * count + 999) / 1000 - 1]
            let found = latency.percentile(Double(permille) / 10)
            #expect(found >= expected && found <= expected * 1.001)
        }
        #expect(latency.longest == sorted.last)
    }

    @Test func resultsAreCountedInPiecesOfAnySize() {
        let lines = [
            #"{"line":1,"result":"accepted","orderId":"a","position":"e-1"}"#, #"{"line":2,"result":"duplicate"}"#,
            #"{"line":3,"result":"rejected","problem":{"detail":"\"result\":\"accepted"}}"#,
            #"{"line":4,"result":"accepted"}"#,
        ]
        let text = Array((lines.joined(separator: "\n") + "\n").utf8)
        for cut in 0...text.count {
            var counter = ResultCounter()
            for piece in [text[..<cut], text[cut...]] { Array(piece).withUnsafeBytes { counter.consume($0) } }
            #expect(counter.lines == 4 && counter.accepted == 2 && counter.duplicate == 1 && counter.rejected == 1)
            #expect(counter.firstRejection == lines[2])
        }
    }

    @Test func medianIsTheMiddleOfTheSortedValues() {
        #expect(Report.median([3, 1, 2]) == 2 && Report.median([4, 1, 2, 3]) == 2.5 && Report.median([]).isNaN)
    }

    @Test func summaryOfPgbenchIsRead() throws {
        let text = "number of transactions actually processed: 9\nlatency average = 13.152 ms\ntps = 2433.1 (without)\n"
        let outcome = try #require(Pgbench.parse(text))
        #expect(outcome.rate == 2433.1 && outcome.latency == 13.152)
        #expect(Pgbench.parse("tps") == nil)
    }

    @Test func timeOfTheLockedHeadIsReadFromAReplay() {
        let line = "current: 20,000 events in 1.2 s (16,000/s); version 2 is served; the head was held for 3.4 ms\n"
        #expect(ReplayBench.headMilliseconds(in: line) == 3.4 && ReplayBench.headMilliseconds(in: "") == nil)
    }
}
