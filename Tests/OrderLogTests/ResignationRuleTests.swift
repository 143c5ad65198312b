import Testing

@testable import OrderLog

@Suite struct ResignationRuleTests {
    private let began = ContinuousClock.now

    @Test func aLeaderWhoseWorkFailsForSecondsResigns() {
        var rule = ResignationRule(at: began)
        rule.termBegins(at: began)
        #expect(!rule.mustResign(isFailing: true, at: began + .seconds(10)))
        #expect(!rule.mustResign(isFailing: true, at: began + .seconds(12)))
        #expect(rule.mustResign(isFailing: true, at: began + .seconds(13)))
    }

    @Test func aFailureThatEndsInTimeCostsNoLeadership() {
        var rule = ResignationRule(at: began)
        rule.termBegins(at: began)
        #expect(!rule.mustResign(isFailing: true, at: began))
        #expect(!rule.mustResign(isFailing: false, at: began + .seconds(2)))
        #expect(!rule.mustResign(isFailing: true, at: began + .seconds(4)))
        #expect(!rule.mustResign(isFailing: true, at: began + .seconds(6)))
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
        rule.termBegins(at: began)
        #expect(!rule.mustResign(isFailing: false, at: began + .seconds(31)))
        #expect(!rule.mustResign(isFailing: true, at: began + .seconds(32)))
        #expect(rule.mustResign(isFailing: true, at: began + .seconds(35)))
    }
}

@Suite struct LeaderSessionTests {
    private func session(isIdle: Bool?, seconds: Double, waitsFor: String? = nil) -> LeaderSession {
        LeaderSession(pid: 1, address: nil, isIdle: isIdle, seconds: seconds, waitsFor: waitsFor)
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
}
