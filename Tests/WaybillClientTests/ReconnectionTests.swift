import Testing

@testable import WaybillClient

@Suite struct ReconnectionTests {
    @Test func endedStreamIsRequestedAfterTheTimeThatItNamed() {
        var reconnection = Reconnection(time: .seconds(2), maximum: .seconds(30))
        #expect(reconnection.delay(random: 0.9) == .seconds(2))
        reconnection.setTime(milliseconds: 1234)
        #expect(reconnection.delay(random: 0.9) == .milliseconds(1234))
    }

    @Test func failedAttemptsDoubleTheDelayUpToTheMaximum() {
        var reconnection = Reconnection(time: .seconds(2), maximum: .seconds(30))
        let delays = (0..<6).map { _ in
            reconnection.recordFailure()
            return [0, 0.5].map { reconnection.delay(random: $0) }
        }
        #expect(delays.map { $0[0] } == [2, 4, 8, 16, 30, 30].map { .seconds($0) })
        #expect(delays.map { $0[1] } == [2.5, 5, 10, 20, 30, 30].map { .seconds($0) })
        reconnection.recordSuccess()
        #expect(reconnection.delay(random: 0) == .seconds(2))
    }

    @Test func delayDoesNotOverflowAfterAThousandFailures() {
        var reconnection = Reconnection(time: .seconds(300), maximum: .seconds(3600))
        for _ in 0..<1000 { reconnection.recordFailure() }
        #expect(reconnection.delay(random: 0.999) == .seconds(3600))
    }

    @Test func delayStaysBetweenItsMinimumAndTenTimesItsMaximum() {
        var reconnection = Reconnection(time: .zero, maximum: .seconds(30))
        #expect(reconnection.delay(random: 0) == .milliseconds(10))
        reconnection.setTime(milliseconds: 0)
        #expect(reconnection.delay(random: 0) == .milliseconds(10))
        reconnection.recordFailure()
        #expect(reconnection.delay(random: 0) == .milliseconds(100))
        reconnection.recordSuccess()
        reconnection.setTime(milliseconds: .max)
        #expect(reconnection.delay(random: 0) == .seconds(300))
        reconnection.recordFailure()
        #expect(reconnection.delay(random: 0.5) == .seconds(300))
        reconnection.setTime(milliseconds: 299_999)
        reconnection.recordSuccess()
        #expect(reconnection.delay(random: 0) == .milliseconds(299_999))
    }
}
