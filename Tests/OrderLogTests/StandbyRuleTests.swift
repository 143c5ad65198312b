import Testing

@testable import OrderLog

@Suite struct StandbyRuleTests {
    private func receiver(_ syncState: String, _ flushed: Int64?, replays: Bool = true) -> StandbyRule.Receiver {
        StandbyRule.Receiver(syncState: syncState, flushed: flushed, replays: replays)
    }

    private func outcome(_ names: String, _ receivers: [StandbyRule.Receiver]) -> StandbyRule.Outcome {
        StandbyRule(names: names).outcome(of: receivers)
    }

    @Test func theFurthestStandbyCountsWhereNoneIsNamed() {
        let receivers = [receiver("async", 10), receiver("async", 30), receiver("async", nil)]
        #expect(outcome("", receivers) == StandbyRule.Outcome(standbys: 3, flushed: 30))
        #expect(outcome(" ", []) == StandbyRule.Outcome(standbys: 0, flushed: nil))
    }

    /// Whatever names they give themselves.
    @Test func toolsThatReceiveTheLogIntoFilesDoNotCount() {
        let receivers = [receiver("async", 90, replays: false), receiver("async", 80, replays: false)]
        #expect(outcome("", receivers) == StandbyRule.Outcome(standbys: 0, flushed: nil))
        #expect(outcome("pg_receivewal", [receiver("sync", 90, replays: false)]).flushed == 90)
    }

    @Test func namedStandbysAloneCount() {
        let receivers = [receiver("potential", 90), receiver("async", 80)]
        #expect(outcome("s, a", receivers) == StandbyRule.Outcome(standbys: 0, flushed: nil))
        #expect(
            outcome("s, a", receivers + [receiver("sync", 70)]) == StandbyRule.Outcome(standbys: 1, flushed: 70)
        )
    }

    @Test func asManyStandbysMustHaveACommitAsTheListAsksFor() {
        let pair = [receiver("sync", 50), receiver("sync", 40)]
        #expect(outcome("FIRST 2 (a, b, c)", pair).flushed == 40)
        #expect(outcome("2 (a, b, c)", pair).flushed == 40)
        #expect(outcome("FIRST 2 (a, b)", Array(pair.prefix(1))).flushed == nil)
        let quorum = [receiver("quorum", 10), receiver("quorum", 30), receiver("quorum", 20)]
        #expect(outcome("ANY 1 (a, b, c)", quorum).flushed == 30)
        #expect(outcome("any 2 (a, b, c)", quorum).flushed == 20)
        #expect(outcome("ANY 3 (*)", quorum).flushed == 10)
    }
}
