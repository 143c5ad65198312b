import LogSupport
import OrderLog
import Synchronization
import Testing

@testable import Projections

extension ReadModelTests {
    @Suite struct LogVerificationTests {
        @Test func anUntouchedLogHasNoDifference() async throws {
            try await ReplayBench.with { bench async throws in
                #expect(try await differences(bench) == [])
            }
        }

        @Test func anEmptyLogHasNoDifference() async throws {
            try await TestLog.with { log in
                let verification = LogVerification(configuration: log.database, workers: 2, logger: log.logger)
                let summary = try await verification.run { difference in Issue.record("\(difference)") }
                #expect(summary.differences == 0)
            }
        }

        @Test func eachDamageOfTheLogIsADifference() async throws {
            try await ReplayBench.with { bench async throws in
                let last = try #require(Int(try await text(bench, "select seq from log_head")))
                let cases: [(damage: String, difference: String)] = [
                    ("update log_head set seq = seq - 1", "log: head: stored \(last - 1), expected \(last)"),
                    ("update log_head set seq = seq + 1", ""),
                    ("delete from events where seq = 9", "log: position 9: stored nothing, expected an event"),
                    ("update log_epochs set first_seq = 3", "first position: stored 3, expected 1"),
                    ("update events set recorded_at = '2001-01-01Z' where seq = 7", " event 7 recordedAt: stored 2001"),
                    (
                        "update events set status = 'cancelled' where seq = 1",
                        " event 1 status: stored cancelled, expected"
                    ),
                    (
                        "update events set status_before = 'closed' where seq = 1",
                        " event 1 statusBefore: stored closed"
                    ),
                    ("update events set version = 5000 where seq = \(last)", " event \(last) version: stored 5000"),
                    ("update commands set version = 900 where first_seq = 1", " version: stored 900, expected"),
                    ("update commands set status = 'gone' where first_seq = 1", " status: stored gone, expected"),
                    ("insert into commands select * from commands where first_seq = 1", "stored accepted 2 times"),
                    ("update commands set command_id = 'x' where first_seq = 1", "command x of "),
                ]
                try await bench.bench.script("alter table events disable trigger events_append_only")
                for (damage, difference) in cases {
                    try await bench.bench.script(damage)
                    let found = try await differences(bench)
                    #expect(difference.isEmpty || found.contains { $0.contains(difference) }, "\(damage): \(found)")
                }
            }
        }

        @Test(arguments: [1, 2, 3, 7, 100_000] as [Int64])
        func idsThatWereAcceptedTwiceAreFoundInRangesOfAnySize(size: Int64) async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.script(
                    """
                    insert into commands select * from commands where first_seq in (1, 2);
                    insert into commands select c.* from commands c, generate_series(1, 4) where first_seq = 3;
                    update commands set status = 'gone' where first_seq = 4;
                    """
                )
                let found = Mutex<[String]>([])
                let check = CommandIdsCheck(blocksPerStatement: size, idsPerStatement: size) { difference in
                    found.withLock { $0.append(difference.description) }
                }
                try await check.run(in: bench.log.pool)
                let all = found.withLock { $0 }
                let twice = all.filter { $0.contains("accepted") }
                // A range that holds a part of an id's commands tells no exact count.
                #expect(twice.count == (size == 1 ? twice.count : 3), "\(twice)")
                #expect(all.filter { $0.contains("stored gone") }.count == 1, "\(all)")
            }
        }

        @Test func anEventThatCannotBeReadIsADifference() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.script(
                    """
                    alter table events disable trigger events_append_only;
                    update events set type = 'Unheard' where seq = 2;
                    """
                )
                let found = try await differences(bench)
                #expect(found.count == 1 && found.allSatisfy { $0.contains("event 2: stored Unheard") }, "\(found)")
            }
        }

        /// The log's differences, as they are printed.
        private func differences(_ bench: ReplayBench) async throws -> [String] {
            let found = Mutex<[String]>([])
            let log = bench.log
            let verification = LogVerification(configuration: log.database, workers: 2, logger: log.logger)
            let summary = try await verification.run { difference in
                found.withLock { $0.append(difference.description) }
            }
            let all = found.withLock { $0 }
            #expect(summary.differences == all.count)
            return all
        }

        private func text(_ bench: ReplayBench, _ sql: String) async throws -> String {
            String(try await bench.bench.text(sql).dropFirst().dropLast())
        }
    }
}
