import Foundation
import NIOHTTP1
import Testing

@testable import OTLPExport

@Suite struct CollectorAnswerTests {
    private func answer(_ status: Int, _ fields: HTTPHeaders = [:], _ body: String = "") -> CollectorAnswer {
        CollectorAnswer(
            HTTPResponseStatus(statusCode: status),
            fields,
            body: Array(body.utf8),
            now: Date(timeIntervalSince1970: 784_111_777)
        )
    }

    @Test func anAnswerWithoutMoreTakesAllSpans() {
        #expect(answer(200, [:], "{}") == .taken(rejected: 0))
        #expect(answer(202, [:], "no JSON") == .taken(rejected: 0))
    }

    @Test func rejectedSpansAreCountedInBothForms() {
        #expect(
            answer(200, [:], #"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"late"}}"#) == .taken(rejected: 3)
        )
        #expect(answer(200, [:], #"{"partialSuccess":{"rejectedSpans":3}}"#) == .taken(rejected: 3))
    }

    @Test(arguments: [429, 502, 503, 504]) func aBusyCollectorIsAskedAgain(status: Int) {
        #expect(answer(status) == .busy(status: UInt(status), retryAfter: nil))
    }

    @Test(arguments: [
        ("7", 7.0), ("Sun, 06 Nov 1994 08:49:47 GMT", 10), ("Sun, 06 Nov 1994 08:00:00 GMT", 0), ("100000", 300),
    ])
    func thePauseThatItAsksForIsKept(text: String, seconds: Double) {
        #expect(answer(503, ["Retry-After": text]) == .busy(status: 503, retryAfter: .seconds(seconds)))
    }

    @Test(arguments: ["-1", "soon", ""]) func aPauseInAnotherFormIsNone(text: String) {
        #expect(answer(503, ["Retry-After": text]) == .busy(status: 503, retryAfter: nil))
    }

    @Test(arguments: [301, 400, 401, 404, 500]) func anyOtherStatusIsFinal(status: Int) {
        #expect(answer(status) == .refused(status: UInt(status)))
    }

    @Test func anEpisodeHasOneBeginAndOneEnd() {
        var health = CollectorHealth()
        let now = ContinuousClock.now
        #expect(health.succeeded(at: now) == nil)
        let begins = [now, now + .seconds(5)].map { health.failed(at: $0) }
        #expect(begins == [true, false])
        #expect(health.succeeded(at: now + .seconds(9)) == 9)
        #expect(health.succeeded(at: now + .seconds(10)) == nil)
        let beginsAgain = health.failed(at: now + .seconds(11))
        #expect(beginsAgain)
    }

    @Test func pausesGrowUntilTheCollectorTakesSpans() {
        var health = CollectorHealth()
        let pauses = (0..<6).map { _ in health.pause(asked: .zero, random: 0.999) }
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(pauses[5] <= .seconds(16))
        #expect(health.pause(asked: .seconds(40), random: 0) == .seconds(40))
        _ = health.succeeded(at: .now)
        #expect(health.pause(asked: .zero, random: 0) == .milliseconds(500))
    }
}
