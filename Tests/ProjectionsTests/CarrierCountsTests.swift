import Testing

@testable import Projections

@Suite struct CarrierCountsTests {
    @Test func anOutcomeIsKeptForAMinute() {
        let counts = CarrierCounts()
        let now = ContinuousClock.now
        #expect(counts.isRare("dhl", now: now) == nil)
        counts.set("dhl", isRare: false, now: now)
        counts.set("kite", isRare: true, now: now)
        #expect(counts.isRare("dhl", now: now + .seconds(59)) == false)
        #expect(counts.isRare("kite", now: now + .seconds(59)) == true)
        #expect(counts.isRare("kite", now: now + .seconds(60)) == nil)
    }
}
