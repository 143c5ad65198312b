import Testing

@testable import OrderLog

@Suite struct ResignationRuleTests {
    private let began = ContinuousClock.now

    /// The answers of a rule, whose term begins at once, to failures (true) and successes at seconds of the term.
    private func answers(_ rule: ResignationRule, _ notes: KeyValuePairs<Int, Bool>) -> [Bool] {
        var rule = rule
        rule.termBegins(at: began)
        return notes.map { rule.mustResign(isFailing: $0.value, at: began + .seconds($0.key)) }
    }

    @Test func aLeaderWhoseWorkFailsForSecondsResigns() {
        let rule = ResignationRule(at: began)
        #expect(answers(rule, [10: true, 12: true, 13: true]) == [false, false, true])
    }

    @Test func aFailureThatEndsInTimeCostsNoLeadership() {
        let rule = ResignationRule(at: began)
        #expect(answers(rule, [0: true, 2: false, 4: true, 6: true]) == [false, false, false, false])
    }

    @Test func termsGrowWhileNoProcessCanDoTheWork() {
        var rule = ResignationRule(at: began)
        var terms: [Duration] = []
        var now = began
        for _ in 0..<7 {
            rule.termBegins(at: now)
            let start = now
            while !rule.mustResign(isFailing: true, at: now) { now += .seconds(1) }
            rule.resigned()
            terms.append(now - start)
        }
        #expect(terms == [3, 30, 60, 120, 240, 480, 600].map { .seconds($0) })
    }

    @Test func aTermWithoutFailuresForgetsTheResignations() {
        var rule = ResignationRule(at: began)
        rule.resigned()
        #expect(answers(rule, [32: false, 33: true, 35: true, 36: true]) == [false, false, false, true])
        #expect(answers(rule, [20: false, 21: true, 24: true, 30: true]) == [false, false, false, true])
    }
}

@Suite struct LeaderSessionTests {
    private func session(
        isIdle: Bool?,
        seconds: Double,
        waitsFor: String? = nil,
        began: Int64 = 1
    ) -> LeaderSession {
        LeaderSession(
            pid: 1,
            beganMicroseconds: began,
            address: nil,
            isIdle: isIdle,
            seconds: seconds,
            waitsFor: waitsFor
        )
    }

    @Test func aLeaderThatSaysNothingForFiveSecondsIsSilent() {
        #expect(!session(isIdle: true, seconds: 4.9, waitsFor: "Client").isSilent)
        #expect(session(isIdle: true, seconds: 5.1, waitsFor: "Client").isSilent)
    }

    @Test func aLeaderThatTakesNoRowsIsSilent() {
        #expect(session(isIdle: false, seconds: 5.1, waitsFor: "Client").isSilent)
    }

    @Test func aLeaderWhoseStatementTakesLongIsNotSilent() {
        #expect(!session(isIdle: false, seconds: 9).isSilent)
        #expect(!session(isIdle: false, seconds: 60, waitsFor: "IO").isSilent)
        #expect(session(isIdle: false, seconds: 13).isSilent)
    }

    @Test func aLeaderOfAnotherLoginIsLeftToTheServersLimits() {
        #expect(!session(isIdle: nil, seconds: 0).isSilent)
    }

    @Test func aLaterSessionOfTheSameProcessNumberIsAnotherOne() {
        #expect(session(isIdle: true, seconds: 1).isSession(session(isIdle: false, seconds: 9)))
        #expect(!session(isIdle: true, seconds: 1).isSession(session(isIdle: true, seconds: 1, began: 2)))
    }
}
