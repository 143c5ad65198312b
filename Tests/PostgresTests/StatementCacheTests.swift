import Testing

@testable import Postgres

@Suite struct StatementCacheTests {
    private let first = StatementKey(sql: "select $1", types: [23])
    private let other = StatementKey(sql: "select $1", types: [25])

    @Test func newStatementIsPreparedOnceInItsUnit() {
        var cache = StatementCache()
        #expect(
            cache.plan([first, other, first]) == [
                .prepare(name: "s1", statement: 0), .executePrepared(name: "s1", statement: 0),
                .prepare(name: "s2", statement: 1), .executePrepared(name: "s2", statement: 1),
                .executePrepared(name: "s1", statement: 2),
            ]
        )
    }

    @Test func nameOfAnotherUnitIsUsedOnceTheServerHasIt() {
        var cache = StatementCache()
        _ = cache.plan([first])
        #expect(cache.plan([first]) == [.executeUnnamed(statement: 0)])
        cache.markReady(first, name: "s1")
        #expect(cache.plan([first]) == [.executePrepared(name: "s1", statement: 0)])
    }

    @Test func failedPreparationIsForgotten() {
        var cache = StatementCache()
        let steps = cache.plan([first])
        cache.stepFailed(steps[0], keys: [first], error: nil)
        #expect(cache.plan([first]).first == .prepare(name: "s2", statement: 0))
    }

    @Test(arguments: [("26000", true), ("0A000", true), ("23505", false)])
    func statementIsParsedAnewOnlyWhenItsNameIsOfNoUse(_ sqlState: String, _ isForgotten: Bool) {
        var cache = StatementCache()
        let steps = cache.plan([first])
        cache.markReady(first, name: "s1")
        cache.stepFailed(steps[1], keys: [first], error: PostgresError(.server, "refused", sqlState: sqlState))
        let again = cache.plan([first])
        #expect((again.first == .prepare(name: "s2", statement: 0)) == isForgotten)
    }

    @Test func failureOfAnOlderNameKeepsTheNewerOne() {
        var cache = StatementCache()
        let steps = cache.plan([first])
        cache.stepFailed(steps[0], keys: [first], error: nil)
        _ = cache.plan([first])
        cache.stepFailed(steps[0], keys: [first], error: nil)
        cache.markReady(first, name: "s2")
        #expect(cache.plan([first]) == [.executePrepared(name: "s2", statement: 0)])
    }

    @Test func manyStatementsAreSentUnnamed() {
        var cache = StatementCache()
        for number in 0..<256 { _ = cache.plan([StatementKey(sql: "select \(number)")]) }
        #expect(cache.plan([first]) == [.executeUnnamed(statement: 0)])
    }
}
