import Testing

@testable import Projections

@Suite struct ProjectionPaceTests {
    @Test func aPauseLastsUntilTheIntervalIsOver() async {
        let pace = ProjectionPace(interval: .milliseconds(30))
        let began = ContinuousClock.now
        await pace.pause(since: began)
        #expect(ContinuousClock.now - began >= .milliseconds(30))
        // The interval counts from the round's beginning: one that took longer is followed by the next at once.
        await pace.pause(since: began)
    }

    @Test func whoeverWaitsEndsThePause() async {
        let pace = ProjectionPace(interval: .seconds(3600))
        async let paused: Void = pace.pause(since: .now)
        pace.hurry()
        await paused
    }

    @Test func closingEndsAllPauses() async {
        let pace = ProjectionPace(interval: .seconds(3600))
        pace.close()
        await pace.pause(since: .now)
        await pace.pause(since: .now)
    }
}
