import Testing

@testable import Projections

@Suite struct ReplayPaceTests {
    private let start = ContinuousClock.now

    @Test func aQuietLogIsReplayedWithoutAPause() {
        var pace = ReplayPace()
        #expect(pace.pause(head: 1000, now: start) == .zero)
        #expect(pace.pause(head: 1000, now: start + .milliseconds(80)) == .zero)
        #expect(pace.pause(head: 1010, now: start + .milliseconds(160)) == .zero)
    }

    @Test func aReplayPausesHalfOfTheTimeWhileOthersAppend() {
        var pace = ReplayPace()
        _ = pace.pause(head: 1000, now: start)
        #expect(pace.pause(head: 1400, now: start + .milliseconds(80)) == .milliseconds(80))
        // Events that were appended during the pause do not count.
        pace.resume(head: 2000, now: start + .milliseconds(160))
        #expect(pace.pause(head: 2004, now: start + .milliseconds(240)) == .zero)
    }
}
