import Testing

@testable import OrderLog

@Suite struct StandbyRuleTests {
    private func receiver(_ name: String, _ syncState: String, _ flushed: Int64?) -> StandbyRule.Receiver {
        StandbyRule.Receiver(name: name, syncState: syncState, flushed: flushed)
    }

    private func outcome(_ names: String, _ receivers: [StandbyRule.Receiver]) -> StandbyRule.Outcome {
        StandbyRule(names: names).outcome(of: receivers)
    }

    @Test func theFurthestStandbyCountsWhereNoneIsNamed() {
        let receivers = [receiver("a", "async", 10), receiver("b", "async", 30), receiver("c", "async", nil)]
        #expect(outcome("", receivers) == StandbyRule.Outcome(standbys: 3, flushed: 30))
        #expect(outcome(" ", []) == StandbyRule.Outcome(standbys: 0, flushed: nil))
    }

    @Test func toolsThatReceiveTheLogIntoFilesDoNotCount() {
        let receivers = [receiver("pg_receivewal", "async", 90), receiver("pg_basebackup", "async", 80)]
        #expect(outcome("", receivers) == StandbyRule.Outcome(standbys: 0, flushed: nil))
        #expect(outcome("pg_receivewal", [receiver("pg_receivewal", "sync", 90)]).flushed == 90)
    }

    @Test func namedStandbysAloneCount() {
        let receivers = [receiver("a", "potential", 90), receiver("b", "async", 80)]
        #expect(outcome("s, a", receivers) == StandbyRule.Outcome(standbys: 0, flushed: nil))
        #expect(
            outcome("s, a", receivers + [receiver("s", "sync", 70)]) == StandbyRule.Outcome(standbys: 1, flushed: 70)
        )
    }

    @Test func asManyStandbysMustHaveACommitAsTheListAsksFor() {
        let pair = [receiver("a", "sync", 50), receiver("b", "sync", 40)]
        #expect(outcome("FIRST 2 (a, b, c)", pair).flushed == 40)
        #expect(outcome("2 (a, b, c)", pair).flushed == 40)
        #expect(outcome("FIRST 2 (a, b)", Array(pair.prefix(1))).flushed == nil)
        let quorum = [receiver("a", "quorum", 10), receiver("b", "quorum", 30), receiver("c", "quorum", 20)]
        #expect(outcome("ANY 1 (a, b, c)", quorum).flushed == 30)
        #expect(outcome("any 2 (a, b, c)", quorum).flushed == 20)
        #expect(outcome("ANY 3 (*)", quorum).flushed == 10)
    }
}
