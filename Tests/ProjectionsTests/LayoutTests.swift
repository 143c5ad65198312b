import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    /// Read models that another version of Waybill has built.
    @Suite struct LayoutTests {
        private func upgrade(_ bench: ReplayBench) -> LayoutUpgrade {
            LayoutUpgrade(replay: bench.replay(), logger: bench.log.logger)
        }

        private func layouts(_ bench: ReplayBench) async throws -> String {
            try await bench.bench.text("select name, version, layout from projections")
        }

        private func setLayout(_ layout: Int, of name: String, in bench: ReplayBench) async throws {
            try await bench.bench.script("update projections set layout = \(layout) where name = '\(name)'")
        }

        @Test func anEmptyLogNeedsNoReplay() async throws {
            try await ModelBench.with { bench async throws in
                let bench = ReplayBench(bench: bench)
                #expect(try await bench.replay().outdatedModels() == [])
                for model in ReadModels.all {
                    #expect(try await layouts(bench).contains("(\(model.name),1,\(model.layout))"))
                }
            }
        }

        @Test func verifyTellsOfAFormerLayoutInsteadOfDifferences() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.script("update order_list_keys set attention = not attention")
                #expect(try await bench.differences("orders") != [])
                try await setLayout(1, of: "orders", in: bench)
                let summary = try await bench.verification.run("orders") { Issue.record("\($0)") }
                #expect(summary.differences == 0)
                let layout = try #require(summary.layout)
                #expect(layout.isFormer)
                #expect("\(layout)".contains("waybill replay orders"))
                #expect(try await bench.verification.run("stats") { _ in }.layout == nil)
                try await setLayout(9, of: "orders", in: bench)
                let newer = try #require(try await bench.verification.run("orders") { _ in }.layout)
                #expect(!newer.isFormer)
                #expect(try await bench.replay().outdatedModels() == [])
            }
        }

        @Test func modelsOfAFormerLayoutAreBuiltAgainWhileTheyAreServed() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.script("update order_list_keys set attention = not attention")
                for name in ["orders", "current"] { try await setLayout(1, of: name, in: bench) }
                #expect(try await bench.replay().outdatedModels() == ["current", "orders"])
                await upgrade(bench).run()
                #expect(try await bench.replay().outdatedModels() == [])
                #expect(try await bench.version("orders") == 2)
                #expect(try await bench.version("current") == 2)
                #expect(try await bench.version("stats") == 1)
                for name in ReplayBench.names { #expect(try await bench.differences(name) == []) }
            }
        }

        @Test func oneOfTwoProcessesBuildsAModelAgain() async throws {
            try await ReplayBench.with { bench async throws in
                for name in ReplayBench.names { try await setLayout(1, of: name, in: bench) }
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<2 { group.addTask { await upgrade(bench).run() } }
                }
                for name in ReplayBench.names { #expect(try await bench.version(name) == 2) }
            }
        }

        @Test func aCancelledRebuildIsNotBegunAgain() async throws {
            try await ReplayBench.with { bench async throws in
                try await setLayout(1, of: "orders", in: bench)
                try await bench.withLockedHead { () async throws in
                    let running = Task { await upgrade(bench).run() }
                    #expect(try await bench.hasBegun("orders"))
                    _ = try await bench.replay().discard("orders")
                    await running.value
                }
                #expect(try await bench.version("orders") == 1)
                #expect(try await bench.replay().outdatedModels() == ["orders"])
            }
        }

        @Test func aVersionThatAnotherProgramBeganIsDropped() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.breakOffReplay(of: "orders")
                try await bench.bench.script("update projections set layout = 1 where name = 'orders' and version = 2")
                let end = try await bench.replay().run("orders")
                #expect(end.startedFrom == 0)
                #expect(try await bench.differences("orders") == [])
                #expect(try await layouts(bench).contains("(orders,\(end.version),\(OrderListModel().layout))"))
            }
        }

        /// During a rolling upgrade a process of a former version must not mix rows of its rules with the others.
        @Test func aProcessThatDoesNotKnowTheLayoutCannotFollowTheLog() async throws {
            try await ReplayBench.with(orders: 1, commands: 0) { bench async throws in
                let move = "update projections set seq = seq where name = 'stats'"
                var former = bench.log.database
                former.serverSettings["role"] = "waybill_writer"
                let error = await #expect(throws: PostgresError.self) {
                    try await PostgresConnection.with(former, logger: bench.log.logger) { try await $0.query(move) }
                }
                #expect(error?.sqlState == "55000")
                former.serverSettings.merge(ReadModels.sessionSettings) { $1 }
                try await PostgresConnection.with(former, logger: bench.log.logger) { try await $0.query(move) }
            }
        }
    }
}
