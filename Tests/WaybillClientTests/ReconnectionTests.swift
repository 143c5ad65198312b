import Testing

@testable import WaybillClient

@Suite struct ReconnectionTests {
    @Test func aStreamThatEndedIsAskedForAfterTheTimeThatItNamed() {
        var reconnection = Reconnection(time: .seconds(2), longest: .seconds(30))
        #expect(reconnection.pause(random: 0.9) == .seconds(2))
        reconnection.told(milliseconds: 1234)
        #expect(reconnection.pause(random: 0.9) == .milliseconds(1234))
    }

    @Test func attemptsThatFailComeFurtherAndFurtherApart() {
        var reconnection = Reconnection(time: .seconds(2), longest: .seconds(30))
        let pauses = (0..<6).map { _ in
            reconnection.failed()
            return [0, 0.5].map { reconnection.pause(random: $0) }
        }
        #expect(pauses.map { $0[0] } == [2, 4, 8, 16, 30, 30].map { .seconds($0) })
        #expect(pauses.map { $0[1] } == [2.5, 5, 10, 20, 30, 30].map { .seconds($0) })
        reconnection.opened()
        #expect(reconnection.pause(random: 0) == .seconds(2))
    }

    @Test func aThousandFailuresOverflowNothing() {
        var reconnection = Reconnection(time: .seconds(300), longest: .seconds(3600))
        for _ in 0..<1000 { reconnection.failed() }
        #expect(reconnection.pause(random: 0.999) == .seconds(3600))
    }

    @Test func noTimeThatAStreamNamesMakesABusyLoopOrAClientThatNeverComesBack() {
        var reconnection = Reconnection(time: .zero, longest: .seconds(30))
        #expect(reconnection.pause(random: 0) == .milliseconds(10))
        reconnection.told(milliseconds: 0)
        #expect(reconnection.pause(random: 0) == .milliseconds(10))
        reconnection.failed()
        #expect(reconnection.pause(random: 0) == .milliseconds(100))
        reconnection.opened()
        reconnection.told(milliseconds: .max)
        #expect(reconnection.pause(random: 0) == .seconds(300))
        reconnection.failed()
        #expect(reconnection.pause(random: 0.5) == .seconds(300))
        reconnection.told(milliseconds: 299_999)
        reconnection.opened()
        #expect(reconnection.pause(random: 0) == .milliseconds(299_999))
    }
}
