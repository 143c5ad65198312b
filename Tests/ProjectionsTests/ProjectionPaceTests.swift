import Testing

@testable import Projections

@Suite struct ProjectionPaceTests {
    @Test func aPauseLastsUntilTheIntervalIsOver() async {
        let pace = ProjectionPace(interval: .milliseconds(30))
        let began = ContinuousClock.now
        await pace.pause(since: began, folded: 1)
        #expect(ContinuousClock.now - began >= .milliseconds(30))
        // The interval counts from the round's beginning: one that took longer is followed by the next at once.
        await pace.pause(since: began, folded: 1)
    }

    @Test func manyEventsAtOnceAreFollowedByALongerPause() async {
        let pace = ProjectionPace(interval: .milliseconds(30))
        let began = ContinuousClock.now
        await pace.pause(since: began, folded: 2000)
        #expect(ContinuousClock.now - began >= .milliseconds(60))
    }

    @Test func whoeverWaitsEndsThePause() async {
        let pace = ProjectionPace(interval: .seconds(3600))
        async let paused: Void = pace.pause(since: .now, folded: 1)
        pace.hurry()
        await paused
    }

    @Test func closingEndsAllPauses() async {
        let pace = ProjectionPace(interval: .seconds(3600))
        pace.close()
        await pace.pause(since: .now, folded: 1)
        await pace.pause(since: .now, folded: 1)
    }
}
