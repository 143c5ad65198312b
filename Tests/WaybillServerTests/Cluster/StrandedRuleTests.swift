import Testing

@testable import WaybillServer

/// The decision to send clients to another process.
@Suite struct StrandedRuleTests {
    private let start = ContinuousClock.now

    /// Lets time pass second by second.
    ///
    /// - Parameters:
    ///   - isSupplied: whether this process supplies streams at a second.
    ///   - isReady: whether another process is ready at a second.
    /// - Returns: the seconds at which the streams end.
    private func ends(
        _ seconds: Int,
        isSupplied: (Int) -> Bool = { _ in false },
        isReady: (Int) -> Bool
    ) -> [Int] {
        var rule = StrandedRule()
        return (0...seconds).filter { second in
            let now = start + .seconds(second)
            guard rule.mustAsk(isSupplied: isSupplied(second), hasStreams: true, at: now) else { return false }
            return rule.answered(isReady: isReady(second))
        }
    }

    @Test func streamsEndWhenAnotherProcessWasReadyTwice() {
        #expect(ends(12) { _ in true } == [10])
        #expect(ends(29) { $0 >= 12 } == [20])
    }

    @Test func processThatIsAloneKeepsItsStreams() {
        #expect(ends(600) { _ in false }.isEmpty)
    }

    @Test func processThatComesBackASecondLaterKeepsItsStreams() {
        #expect(ends(60, isSupplied: { $0 >= 21 }) { $0 >= 16 }.isEmpty)
    }

    @Test func shortInterruptionsDoNotAddUp() {
        #expect(ends(120, isSupplied: { $0 % 9 == 8 }) { _ in true }.isEmpty)
    }

    @Test func nobodyIsAskedWithoutStreams() {
        var rule = StrandedRule()
        for second in 0...60 {
            let mustAsk = rule.mustAsk(isSupplied: false, hasStreams: false, at: start + .seconds(second))
            #expect(!mustAsk)
        }
    }
}
