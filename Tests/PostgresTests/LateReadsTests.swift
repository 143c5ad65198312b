import Testing

@testable import Postgres

@Suite struct LateReadsTests {
    private let start = ContinuousClock.now
    private let late = PostgresError(.timeout, "no answer")

    @Test func missedDeadlinesCountUntilAnAnswer() {
        var reads = LateReads()
        reads.failed(late, at: start)
        reads.failed(PostgresError(.server, "cancelled", sqlState: "57014"), at: start)
        #expect(reads.count(within: .seconds(10), of: start) == 2)
        // Neither an answer nor a missed deadline.
        reads.failed(PostgresError(.server, "no such table", sqlState: "42P01"), at: start)
        #expect(reads.count(within: .seconds(10), of: start) == 2)
        reads.answered()
        #expect(reads.count(within: .seconds(10), of: start) == 0)
    }

    @Test func missedDeadlinesAreForgotten() {
        var reads = LateReads()
        reads.failed(late, at: start)
        #expect(reads.count(within: .seconds(10), of: start + .seconds(9)) == 1)
        #expect(reads.count(within: .seconds(10), of: start + .seconds(10)) == 0)
    }
}
