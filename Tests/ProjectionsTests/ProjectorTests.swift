import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    @Suite struct ProjectorTests {
        @Test(arguments: [1, 2, 3]) func theListFoldsToTheStateOfTheAppendTransaction(seed: UInt64) async throws {
            try await ModelBench.with { bench in
                try await bench.withProjector(batchLimit: 7) { _ in
                    try await bench.log.withAppender { appender in
                        try await History.run(seed: seed, orders: 12, commands: 250, on: appender)
                    }
                    #expect(try await bench.areCaughtUp())
                }
                #expect(try await bench.differences() == "")
                #expect(try await bench.text("select order_id from order_list").split(separator: "\n").count == 12)
            }
        }

        @Test func statisticsDoNotDependOnBatchesOrInterruptions() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 11, orders: 10, commands: 200, on: appender)
                }
                try await bench.withProjector(batchLimit: 3) { _ in
                    for _ in 0..<8 { try await bench.log.terminateConnections(named: "waybill projector") }
                    #expect(try await bench.areCaughtUp())
                }
                let interrupted = try await bench.statistics()
                try await bench.script("select projection_clear('stats', 1)")
                #expect(try await bench.statistics() != interrupted)
                try await bench.catchUp()
                #expect(try await bench.statistics() == interrupted)
            }
        }

        @Test func countsMatchTheLogAfterKilledConnections() async throws {
            try await ModelBench.with { bench in
                try await bench.withProjector(batchLimit: 2) { _ in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            try await bench.log.withAppender { appender in
                                try await History.run(seed: 5, orders: 20, commands: 150, on: appender)
                            }
                        }
                        group.addTask {
                            for _ in 0..<10 { try await bench.log.terminateConnections(named: "waybill projector") }
                        }
                        try await group.waitForAll()
                    }
                    #expect(try await bench.areCaughtUp())
                }
                try await expectStatisticsOfTheLog(bench)
                #expect(try await bench.differences() == "")
            }
        }

        @Test func twoProjectorsCountEachEventOnce() async throws {
            try await ModelBench.with { bench in
                try await bench.withProjector(batchLimit: 2) { _ in
                    try await bench.withProjector(batchLimit: 3) { _ in
                        try await bench.log.withAppender { appender in
                            try await History.run(seed: 7, orders: 20, commands: 200, on: appender)
                        }
                        #expect(try await bench.areCaughtUp())
                    }
                }
                try await expectStatisticsOfTheLog(bench)
                #expect(try await bench.differences() == "")
            }
        }

        /// As where a service starts while no standby is there.
        @Test func nothingFailsWhileNobodyKnowsWhatAStandbyHas() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                }
                let watch = StandbyWatch(
                    configuration: bench.log.database,
                    registry: EpochRegistry(),
                    logger: bench.log.logger
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await watch.run() }
                    try await bench.withProjector(watch: watch) { _ in
                        #expect(try await eventually { watch.isBlocked })
                        // The next round of the projector.
                        try await Task.sleep(for: .milliseconds(1200))
                    }
                    group.cancelAll()
                }
                #expect(try await bench.failures() == [])
                #expect(try await bench.text("select 1 from order_list") == "")
            }
        }

        @Test func aSessionOfAFormerServerDoesNotLead() async throws {
            try await ModelBench.with { bench in
                // The history that another server has gone on with.
                _ = try await bench.log.reader.head()
                let known = bench.log.registry.current.epochs
                let registry = EpochRegistry()
                registry.replace(with: EpochTable(known + [Epoch(ordinal: 9, name: "zzzzzzzz", firstSeq: 1)]))
                let (election, metrics) = (LeaderElection(logger: bench.log.logger), MetricsRegistry())
                try election.register(in: metrics)
                let isRefused = try await bench.withProjector(registry: registry, election: election) { _ in
                    try await eventually { registry.formerServers.value >= 3 }
                }
                #expect(isRefused)
                #expect(metrics.exposition().contains("\nwaybill_leader_changes_total 0\n"))
            }
        }

        private func expectStatisticsOfTheLog(_ bench: ModelBench) async throws {
            #expect(
                try await bench.text("select shop, sum(events) e, sum(placed) p from stats_minutes group by shop")
                    == bench.text(
                        """
                        select shop, count(*) e, count(*) filter (where type = 'OrderPlaced') p from events
                        group by shop
                        """
                    )
            )
            #expect(
                try await bench.text("select shop, status, orders from stats_statuses where orders <> 0")
                    == bench.text("select shop, status, count(*) from order_states group by shop, status")
            )
            #expect(
                try await bench.text("select status, sum(visits) from stats_durations group by status")
                    == bench.text(
                        """
                        select status_before, count(*) from events where status_before <> status
                        group by status_before
                        """
                    )
            )
        }

        @Test func aRestartContinuesAtTheCheckpoint() async throws {
            try await ModelBench.with { bench in
                for round in 1...3 {
                    try await bench.log.withAppender { appender in
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                    }
                    try await bench.catchUp()
                    #expect(try await bench.text("select sum(events) from stats_minutes") == "(\(round))")
                }
            }
        }

        @Test func aModelOfALostHistoryIsBuiltAgain() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 9, orders: 5, commands: 30, on: appender)
                }
                try await bench.catchUp()
                // The checkpoint of another history, with rows that this log never had.
                try await bench.script(
                    """
                    update projections set epoch = 'zzzzzzzz' where name <> 'current';
                    update stats_statuses set orders = orders + 1000;
                    update order_list set state = 'nonsense';
                    insert into order_list select gen_random_uuid(), 1, now(), 1, 'ghost';
                    """
                )
                let isBuilt = try await bench.withProjector { _ in
                    try await eventually {
                        // The checkpoint of the current state is the head; its row is not used.
                        try await bench.text(
                            """
                            select 1 from projections
                            where (epoch = 'zzzzzzzz' or seq = 0) and name <> 'current'
                            """
                        ) == ""
                    }
                }
                #expect(isBuilt)
                try await bench.catchUp()
                #expect(try await bench.differences() == "")
                try await expectStatisticsOfTheLog(bench)
            }
        }

        @Test func aModelBeyondTheHeadIsBuiltAgain() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 10, orders: 5, commands: 10, on: appender)
                }
                try await bench.catchUp()
                try await bench.script("update projections set seq = seq + 50; delete from order_list")
                try await bench.catchUp()
                #expect(try await bench.differences() == "")
            }
        }

        @Test func aFailingModelStopsNoOther() async throws {
            try await ModelBench.with { bench in
                try await bench.script(
                    "create function refuse() returns trigger language plpgsql as 'begin raise exception ''no''; end'; "
                        + "create trigger refuse before insert on order_list_v1 for each row execute function refuse()"
                )
                try await bench.withProjector { _ in
                    try await bench.log.withAppender { appender in
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                    }
                    #expect(try await eventually { try await bench.failures() == ["orders"] })
                    #expect(try await eventually { try await bench.reader.seq(of: "stats") == 1 })
                    #expect(try await bench.reader.seq(of: "orders") == 0)
                    let behind = try await bench.reader.states().projections.first { $0.name == "orders" }
                    #expect(behind?.lag == 1)
                    try await bench.script("drop trigger refuse on order_list_v1")
                    #expect(try await bench.areCaughtUp())
                    #expect(try await eventually { try await bench.failures().isEmpty })
                }
            }
        }

        /// As of a former version of Waybill, which does not know the layout or an event.
        private struct StuckModel: ReadModel {
            let name = OrderListModel().name

            func apply(_: [LoggedEvent], version _: Int, on _: PostgresConnection) async throws {
                throw ProjectionFailure.missing(name)
            }
        }

        @Test func aLeaderThatCannotFoldMakesWayForOneThatCan() async throws {
            try await ModelBench.with { bench in
                try await bench.withProjector(models: [StuckModel()]) { _ in
                    try await bench.log.withAppender { appender in
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                    }
                    #expect(try await eventually { try await bench.failures() == ["orders"] })
                    try await bench.withProjector { _ async throws in
                        #expect(try await bench.areCaughtUp())
                        #expect(try await bench.failures().isEmpty)
                    }
                }
            }
        }

        @Test func aReaderOfAnotherProcessEndsThePause() async throws {
            try await ModelBench.with { bench in
                try await bench.withProjector { _ in
                    try await bench.log.withAppender { appender in
                        var waits: [Duration] = []
                        for _ in 0..<20 {
                            let receipt = try await appender.submit(
                                Samples.submission(.placeOrder, Samples.place(), order: UUID())
                            )
                            let began = ContinuousClock.now
                            let deadline = began + .seconds(5)
                            // The bench's reader has a pace of its own, which no projector of its process keeps.
                            let seq = receipt.position.seq
                            #expect(try await bench.reader.wait(for: "orders", toReach: seq, until: deadline))
                            waits.append(.now - began)
                        }
                        // Most would take the pause of 250 ms without a word to the projector.
                        #expect(waits.sorted()[10] < .milliseconds(200))
                    }
                }
            }
        }

        @Test func readersFollowTheActiveVersion() async throws {
            try await ModelBench.with { bench in
                try await bench.withProjector { _ in
                    try await bench.log.withAppender { appender in
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                    }
                    #expect(try await bench.areCaughtUp())
                    // The writer may open a version; the projector builds this one once it is active.
                    try await bench.script(
                        """
                        set role waybill_writer;
                        select projection_open('orders', 2);
                        update projection_active set version = 2 where name = 'orders';
                        """
                    )
                    let page = { try await bench.reader.orders(OrderListRequest(scope: .everything)) }
                    #expect(
                        try await eventually {
                            let page = try await page()
                            return page.orders.count == 1 && page.position.seq == 1
                        }
                    )
                    try await bench.script("set role waybill_writer; select projection_drop('orders', 1)")
                    #expect(try await page().orders.count == 1)
                }
            }
        }
    }
}
