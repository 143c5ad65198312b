import Testing

@testable import Access

@Suite struct RefusalDelaysTests {
    private let address = RateKey.address("192.0.2.1")

    @Test func eachRefusalThatWaitsMakesTheNextOneWaitLonger() {
        var delays = RefusalDelays()
        let waits = (0..<3000).map { _ in delays.begin(address) }
        #expect(waits[0] == 1)
        #expect(waits[512] == 2)
        #expect(waits[2999] == 4)
        let other = delays.begin(.address("192.0.2.2"))
        #expect(other == 1)
    }

    @Test func aClosedLoopGetsFewRefusalsASecondWhateverItsSize() throws {
        for connections in [64, 512, 1024] {
            var delays = RefusalDelays()
            let waits = (0..<connections).compactMap { _ in delays.begin(address) }
            let longest = try #require(waits.last)
            #expect(Double(connections) / longest <= 512)
        }
    }

    @Test func refusalsBeyondTheMaximumAreGivenAtOnce() {
        var delays = RefusalDelays(maximum: 2)
        let first = delays.begin(address)
        #expect(first == 1)
        let link = delays.begin(.link("l"))
        #expect(link == 1)
        let third = delays.begin(address)
        #expect(third == nil)
        delays.ended(address)
        let fourth = delays.begin(address)
        #expect(fourth == 1)
        #expect(delays.count == 2)
    }
}
