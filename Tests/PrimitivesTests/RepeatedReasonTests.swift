import Primitives
import Testing

@Suite struct RepeatedReasonTests {
    private let start = ContinuousClock.now

    @Test func reasonIsSaidAtItsBeginAtEachChangeAndEveryFiveMinutes() {
        var repeated = RepeatedReason()
        var said: [Int] = []
        for second in stride(from: 0, through: 700, by: 10)
        where repeated.mustSay(second < 50 ? "a dump" : "a lock", at: start + .seconds(second)) {
            said.append(second)
        }
        #expect(said == [0, 50, 350, 650])
        let lasted = repeated.end(at: start + .seconds(710))
        #expect(lasted == .seconds(710))
    }

    @Test func workThatWasNotHeldUpHasNoEnd() {
        var repeated = RepeatedReason()
        let none = repeated.end(at: start)
        #expect(none == nil)
        let first = repeated.mustSay("a dump", at: start)
        let lasted = repeated.end(at: start)
        let again = repeated.mustSay("a dump", at: start + .seconds(1))
        #expect(first && lasted == .zero && again)
    }
}
