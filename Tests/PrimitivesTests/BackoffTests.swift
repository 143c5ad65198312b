import Primitives
import Testing

@Suite struct BackoffTests {
    @Test func delayDoublesUpToItsLimit() {
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(10))
        let delays = (0..<9).map { _ in backoff.next() }
        #expect(delays.prefix(3) == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
        #expect(delays.suffix(2) == [.seconds(10), .seconds(10)])
        #expect(backoff.failures == 9)
    }

    @Test func jitterStaysBetweenHalfAndAllOfTheDelay() {
        var low = Backoff(first: .milliseconds(100), limit: .seconds(5))
        var high = low
        let delays = (0..<8).map { _ in (low.next(random: 0), high.next(random: 1)) }
        #expect(delays[0] == (.milliseconds(50), .milliseconds(100)))
        #expect(delays[1] == (.milliseconds(100), .milliseconds(200)))
        #expect(delays[7] == (.milliseconds(2500), .milliseconds(5000)))
    }

    @Test func resetStartsOver() {
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(5))
        for _ in 0..<4 { _ = backoff.next() }
        backoff.reset()
        #expect(backoff.next() == .milliseconds(100))
    }

    @Test func manyFailuresDoNotOverflow() {
        var backoff = Backoff(first: .seconds(1), limit: .seconds(60))
        for _ in 0..<1000 { _ = backoff.next() }
        #expect(backoff.next() == .seconds(60))
    }
}
