import Testing

@testable import Projections

@Suite struct ReplayPaceTests {
    private let start = ContinuousClock.now

    @Test func aQuietLogIsReplayedWithoutARest() {
        var pace = ReplayPace()
        #expect(pace.rest(head: 1000, now: start) == .zero)
        #expect(pace.rest(head: 1000, now: start + .milliseconds(80)) == .zero)
        #expect(pace.rest(head: 1010, now: start + .milliseconds(160)) == .zero)
    }

    @Test func whereOthersAppendHalfOfTheTimeIsLeftToThem() {
        var pace = ReplayPace()
        _ = pace.rest(head: 1000, now: start)
        #expect(pace.rest(head: 1400, now: start + .milliseconds(80)) == .milliseconds(80))
        // What came during the rest says nothing of the work.
        pace.resume(head: 2000, now: start + .milliseconds(160))
        #expect(pace.rest(head: 2004, now: start + .milliseconds(240)) == .zero)
    }
}
