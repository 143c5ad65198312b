import Testing

@testable import Projections

@Suite struct ProjectionPaceTests {
    @Test func aPauseLastsUntilTheIntervalIsOver() async {
        let pace = ProjectionPace(interval: .milliseconds(30))
        let began = ContinuousClock.now
        await pace.pause(since: began, eventCount: 1)
        #expect(ContinuousClock.now - began >= .milliseconds(30))
        // The interval counts from the round's beginning: a longer round is followed by the next at once.
        await pace.pause(since: began, eventCount: 1)
    }

    @Test func aLargeRoundIsFollowedByALongerPause() async {
        let pace = ProjectionPace(interval: .milliseconds(30))
        let began = ContinuousClock.now
        await pace.pause(since: began, eventCount: 2000)
        #expect(ContinuousClock.now - began >= .milliseconds(60))
    }

    @Test func aWaitingReaderEndsThePause() async {
        let pace = ProjectionPace(interval: .seconds(3600))
        async let paused: Void = pace.pause(since: .now, eventCount: 1)
        pace.endPause()
        await paused
    }

    @Test func closingEndsAllPauses() async {
        let pace = ProjectionPace(interval: .seconds(3600))
        pace.close()
        await pace.pause(since: .now, eventCount: 1)
        await pace.pause(since: .now, eventCount: 1)
    }
}
