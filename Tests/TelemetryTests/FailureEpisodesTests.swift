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
        for second in 1...65 {
            let now = start + .seconds(second)
            #expect(!episodes.begins(failure(), now: now))
            let reports = episodes.reports(now: now)
            #expect(reports.count == (second == 30 || second == 60 ? 1 : 0))
            for report in reports {
                #expect(report.repeated == 30 && report.seconds == 30 && !report.isOver)
                #expect(text(report).contains("database error (30 more times in 30 s)"))
            }
        }
        #expect(episodes.reports(now: start + .seconds(74)).isEmpty)
        let end = try #require(episodes.reports(now: start + .seconds(75)).first)
        #expect(end.isOver && end.repeated == 66 && end.seconds == 65)
        #expect(text(end).contains("over: database error: no longer seen, after 66 times in 65 s"))
        #expect(text(end).contains(#""level":"notice""#))
        #expect(episodes.isEmpty)
        #expect(episodes.begins(failure(), now: start + .seconds(76)))
    }

    @Test func aFailureThatHappensOnceEndsWithoutAWord() {
        let episodes = Episodes()
        #expect(episodes.begins(failure(), now: start))
        #expect(episodes.reports(now: start + .seconds(10)).isEmpty)
        #expect(episodes.isEmpty)
    }

    @Test func aMessageIsOverWhenItsLastDetailIs() {
        let episodes = Episodes()
        for (detail, second) in [("shutting down", 0), ("shutting down", 1), ("no such file", 2), ("no such file", 8)] {
            _ = episodes.begins(failure("database error", detail), now: start + .seconds(second))
        }
        #expect(episodes.reports(now: start + .seconds(12)).map(\.isOver) == [false])
        #expect(episodes.reports(now: start + .seconds(18)).map(\.isOver) == [true])
        #expect(episodes.isEmpty)
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
