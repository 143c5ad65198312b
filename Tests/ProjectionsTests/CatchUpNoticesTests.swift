import Testing

@testable import Projections

@Suite struct CatchUpNoticesTests {
    private let start = ContinuousClock.now

    @Test func aModelThatKeepsUpIsNotSpokenOf() {
        var notices = CatchUpNotices()
        #expect(notices.observe(seq: 0, head: 19_999, at: start) == nil)
        #expect(notices.observe(seq: 19_999, head: 19_999, at: start + .seconds(60)) == nil)
    }

    @Test func aModelFarBehindIsSpokenOfUntilItHasCaughtUp() {
        var notices = CatchUpNotices()
        #expect(notices.observe(seq: 0, head: 100_000, at: start) == .began(behind: 100_000))
        #expect(notices.observe(seq: 10_000, head: 100_000, at: start + .seconds(5)) == nil)
        #expect(
            notices.observe(seq: 20_000, head: 100_000, at: start + .seconds(10))
                == .continues(behind: 80_000, eventsPerSecond: 2000, secondsLeft: 40)
        )
        #expect(notices.observe(seq: 30_000, head: 100_000, at: start + .seconds(15)) == nil)
        #expect(notices.observe(seq: 99_500, head: 100_000, at: start + .seconds(40)) == .ended(seconds: 40))
        #expect(notices.observe(seq: 100_000, head: 100_000, at: start + .seconds(60)) == nil)
    }

    @Test func aModelThatBeginsAnewIsSpokenOfAgain() {
        var notices = CatchUpNotices()
        #expect(notices.observe(seq: 50_000, head: 100_000, at: start) == .began(behind: 50_000))
        #expect(notices.observe(seq: 0, head: 100_000, at: start + .seconds(1)) == .began(behind: 100_000))
    }
}
