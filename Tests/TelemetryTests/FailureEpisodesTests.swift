import Logging
import Testing

@testable import Telemetry

@Suite struct FailureEpisodesTests {
    /// The machine behind a reference: an expectation cannot call what mutates a value.
    private final class Episodes {
        private var machine = FailureEpisodes()

        var isEmpty: Bool { machine.isEmpty }

        func begins(_ failure: FailureEpisodes.Failure, now: ContinuousClock.Instant) -> Bool {
            machine.begins(failure, now: now)
        }

        func reports(now: ContinuousClock.Instant) -> [FailureEpisodes.Report] { machine.reports(now: now) }

        func endAll(now: ContinuousClock.Instant) -> [FailureEpisodes.Report] { machine.endAll(now: now) }
    }

    private let start = ContinuousClock.now

    private func failure(_ message: String = "database error", _ detail: String = "gone") -> FailureEpisodes.Failure {
        FailureEpisodes.Failure(level: .error, label: "waybill", message: message, detail: detail)
    }

    private func text(_ report: FailureEpisodes.Report) -> String {
        String(decoding: report.line(at: Timestamp(microseconds: 0)), as: UTF8.self)
    }

    @Test func aFailureIsWrittenOnceCountedAndSaidToBeOver() throws {
        let episodes = Episodes()
        #expect(episodes.begins(failure(), now: start))
        for second in 1...650 {
            let now = start + .seconds(second)
            #expect(!episodes.begins(failure(), now: now))
            let reports = episodes.reports(now: now)
            #expect(reports.count == (second == 300 || second == 600 ? 1 : 0))
            for report in reports {
                #expect(report.repeated == 300 && report.seconds == 300 && !report.isOver)
                #expect(text(report).contains("database error (300 more times in 300 s)"))
            }
        }
        #expect(episodes.reports(now: start + .seconds(659)).isEmpty)
        let end = try #require(episodes.reports(now: start + .seconds(660)).first)
        #expect(end.isOver && end.repeated == 651 && end.seconds == 650)
        #expect(text(end).contains("over: database error: no longer seen, after 651 times in 650 s"))
        #expect(text(end).contains(#""level":"notice""#))
        #expect(episodes.isEmpty)
        #expect(episodes.begins(failure(), now: start + .seconds(661)))
    }

    @Test func aFailureThatHappensOnceEndsWithoutAWord() {
        let episodes = Episodes()
        #expect(episodes.begins(failure(), now: start))
        #expect(episodes.reports(now: start + .seconds(34)).isEmpty)
        #expect(!episodes.isEmpty)
        #expect(episodes.reports(now: start + .seconds(35)).isEmpty)
        #expect(episodes.isEmpty)
    }

    /// As that of a probe each ten seconds, or of an attempt each half minute.
    @Test(arguments: [10, 30]) func aFailureWithPausesIsOneUntilItIsOver(pause: Int) throws {
        let episodes = Episodes()
        #expect(episodes.begins(failure(), now: start))
        var reports: [FailureEpisodes.Report] = []
        for second in 1...600 {
            let now = start + .seconds(second)
            if second % pause == 0 { #expect(!episodes.begins(failure(), now: now)) }
            reports += episodes.reports(now: now)
        }
        #expect(reports.map(\.isOver) == [false, false])
        #expect(reports.map(\.repeated) == [300 / pause, 300 / pause])
        let end = start + .seconds(600 + 2 * pause)
        #expect(episodes.reports(now: end - .seconds(1)).isEmpty)
        let over = try #require(episodes.reports(now: end).first)
        #expect(over.isOver && over.repeated == 600 / pause + 1 && over.seconds == 600)
        #expect(episodes.isEmpty)
    }

    @Test func aMessageIsOverWhenItsLastDetailIs() {
        let episodes = Episodes()
        for (detail, second) in [("shutting down", 0), ("shutting down", 1), ("no such file", 3), ("no such file", 8)] {
            _ = episodes.begins(failure("database error", detail), now: start + .seconds(second))
        }
        #expect(episodes.reports(now: start + .seconds(12)).map(\.isOver) == [false])
        #expect(episodes.reports(now: start + .seconds(18)).map(\.isOver) == [true])
        #expect(episodes.isEmpty)
    }

    @Test func aDetailThatWasSeenOnceDelaysNoEnd() {
        let episodes = Episodes()
        for (detail, second) in [("gone", 0), ("shutting down", 1), ("gone", 2)] {
            _ = episodes.begins(failure("database error", detail), now: start + .seconds(second))
        }
        #expect(episodes.reports(now: start + .seconds(12)).map(\.isOver) == [true])
        #expect(episodes.isEmpty)
        #expect(episodes.begins(failure("database error", "shutting down"), now: start + .seconds(13)))
    }

    @Test func failuresAreToldApartByTheirDetailsUpToALimit() {
        let episodes = Episodes()
        for number in 0..<8 { #expect(episodes.begins(failure("failed", "detail \(number)"), now: start)) }
        #expect(episodes.begins(failure("failed", "detail 8"), now: start))
        for number in 9..<100 { #expect(!episodes.begins(failure("failed", "detail \(number)"), now: start)) }
        #expect(episodes.begins(failure("something else"), now: start))
        let reports = episodes.endAll(now: start + .seconds(1))
        #expect(reports.map(\.repeated) == [91])
        #expect(reports.first?.failure.detail == "(various)")
    }

    @Test func tooManyFailuresAtOnceAreWrittenInFull() {
        let episodes = Episodes()
        for number in 0..<300 { #expect(episodes.begins(failure("failure \(number)"), now: start)) }
        #expect(!episodes.begins(failure("failure 0"), now: start))
        #expect(episodes.begins(failure("failure 299"), now: start))
    }
}
