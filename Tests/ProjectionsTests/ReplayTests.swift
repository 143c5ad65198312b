import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    @Suite struct ReplayTests {
        @Test(arguments: ReplayBench.names) func aReplayGivesTheRowsOfTheProjector(name: String) async throws {
            try await ReplayBench.with { bench async throws in
                let before = try await bench.rows(name)
                #expect(before.allSatisfy { !$0.isEmpty })
                let end = try await bench.replay().run(name)
                #expect(end.version == 2)
                #expect(end.phase == .done)
                #expect(end.heldMilliseconds != nil)
                #expect(try await bench.version(name) == 2)
                #expect(try await bench.rows(name) == before)
                #expect(try await bench.differences(name) == [])
                // The replaced version and the replay's own row are dropped.
                #expect(try await bench.bench.text("select version from projections where name = '\(name)'") == "(2)")
                #expect(try await bench.bench.text("select name from projection_replays") == "")
            }
        }

        @Test func aReplayGivesTheSameRowsInStepsOfAnySize() async throws {
            try await ReplayBench.with(seed: 8) { bench async throws in
                for name in ReplayBench.names {
                    let before = try await bench.rows(name)
                    try await bench.replay { limits in
                        limits.chunk = 100
                        limits.dirtyOrders = 1000
                        limits.bytes = 1 << 30
                    }.run(name)
                    #expect(try await bench.rows(name) == before)
                    // The whole log in small steps.
                    try await bench.replay { $0.nearHead = 1 << 40 }.run(name)
                    #expect(try await bench.rows(name) == before)
                }
            }
        }

        @Test func anEmptyLogCanBeReplayed() async throws {
            try await ModelBench.with { bench async throws in
                let replays = ReplayBench(bench: bench)
                for name in ReplayBench.names {
                    #expect(try await replays.replay().run(name).version == 2)
                    #expect(try await replays.differences(name) == [])
                }
            }
        }

        @Test func eventsAppendedDuringAReplayAreNotLost() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.withProjector { _ in
                    try await bench.log.withAppender { appender in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            for seed in 0..<3 as Range<UInt64> {
                                group.addTask {
                                    try await History.run(seed: 20 + seed, orders: 15, commands: 250, on: appender)
                                }
                            }
                            for name in ReplayBench.names {
                                group.addTask {
                                    for _ in 0..<3 { try await bench.replay().run(name) }
                                }
                            }
                            try await group.waitForAll()
                        }
                        // The appender must not use orders that it cached before a version was replaced.
                        try await History.run(seed: 30, orders: 5, commands: 60, on: appender)
                    }
                    #expect(try await bench.bench.areCaughtUp())
                }
                for name in ReplayBench.names {
                    #expect(try await bench.version(name) == 4)
                    #expect(try await bench.differences(name) == [])
                }
                #expect(try await bench.bench.differences() == "")
            }
        }

        @Test func readersFindTheOrdersDuringReplays() async throws {
            try await ReplayBench.with { bench async throws in
                let placed = try await bench.bench.text("select order_id from events where seq = 1")
                let order = try #require(UUID(uuidString: String(placed.dropFirst().dropLast())))
                let replaying = Task {
                    for _ in 0..<4 {
                        for name in ReplayBench.names { try await bench.replay().run(name) }
                    }
                }
                let isOver = Mutex(false)
                let watching = Task {
                    _ = await replaying.result
                    isOver.withLock { $0 = true }
                }
                var reads = 0
                while !isOver.withLock({ $0 }) {
                    reads += 1
                    #expect(try await bench.log.reader.order(order, scope: .everything).stored != nil)
                    let page = try await bench.bench.reader.orders(OrderListRequest(scope: .everything))
                    #expect(page.orders.count == 40)
                    let stats = try await bench.bench.reader.stats(shops: nil)
                    #expect(stats.orders.values.reduce(0, +) == 40)
                }
                try await replaying.value
                await watching.value
                #expect(reads > 0)
            }
        }

        @Test(arguments: ReplayBench.names) func aKilledReplayIsContinuedAtItsCheckpoint(name: String) async throws {
            try await ReplayBench.with { bench async throws in
                let before = try await bench.rows(name)
                try await bench.withLockedHead { () async throws in
                    let killed = Task { try await bench.replay().run(name) }
                    #expect(try await bench.hasBegun(name))
                    try await bench.log.terminateConnections(named: "waybill replay")
                    await #expect(throws: (any Error).self) { try await killed.value }
                }
                #expect(try await bench.version(name) == 1)
                let began = Mutex<Int64>(0)
                try await bench.replay().run(name) { progress in began.withLock { $0 = progress.startedFrom } }
                #expect(began.withLock { $0 } > 0)
                #expect(try await bench.version(name) == 2)
                #expect(try await bench.rows(name) == before)
                #expect(try await bench.differences(name) == [])
            }
        }

        @Test func aCancelledReplayLeavesItsVersionForTheNext() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.withLockedHead { () async throws in
                    let task = Task { try await bench.replay().run("orders") }
                    #expect(try await bench.hasBegun("orders"))
                    task.cancel()
                    await #expect(throws: CancellationError.self) { try await task.value }
                }
                #expect(try await bench.version("orders") == 1)
                try await bench.replay().run("orders")
                #expect(try await bench.differences("orders") == [])
            }
        }

        @Test func aSecondReplayOfAProjectionIsRefused() async throws {
            try await ReplayBench.with { bench async throws in
                let first = try await bench.withLockedHead { () async throws in
                    let first = Task { try await bench.replay().run("stats") }
                    #expect(try await bench.hasBegun("stats"))
                    do {
                        try await bench.replay().run("stats")
                        Issue.record("it ran")
                    } catch ReplayFailure.underWay(let name) {
                        #expect(name == "stats")
                    }
                    let states = try await bench.bench.reader.states().projections
                    let building = try #require(states.first { $0.name == "stats" && !$0.isActive })
                    #expect(building.replay?.isRunning == true)
                    return first
                }
                #expect(try await first.value.version == 2)
            }
        }

        @Test func discardingDropsTheVersionOfARunningReplay() async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.withLockedHead { () async throws in
                    let task = Task { try await bench.replay().run("current") }
                    #expect(try await bench.hasBegun("current"))
                    #expect(try await bench.replay().discard("current"))
                    do {
                        _ = try await task.value
                        Issue.record("it ran to its end")
                    } catch ReplayFailure.cancelled(let name) {
                        #expect(name == "current")
                    }
                }
                #expect(try await bench.bench.text("select name from projection_replays") == "")
                #expect(try await bench.bench.text("select version from projections where name = 'current'") == "(1)")
                #expect(try await bench.bench.text("select to_regclass('order_states_v2') is null") == "(t)")
                #expect(try await bench.replay().discard("current"))
            }
        }

        @Test func commandsGoOnWhileATakeoverWaitsForALock() async throws {
            try await ReplayBench.with { bench async throws in
                let active: StaticString = "select version from projection_active where name = 'current'"
                let replay = try await bench.withLocked(active) { () async throws in
                    let replay = Task { try await bench.replay().run("current") }
                    #expect(try await bench.hasBegun("current"))
                    try await bench.log.withAppender { appender in
                        try await History.run(seed: 40, orders: 5, commands: 60, on: appender)
                    }
                    return replay
                }
                #expect(try await replay.value.version == 2)
                #expect(try await bench.differences("current") == [])
            }
        }

        @Test func aReplayIsCancelledWhileItsTakeoverWaitsForALock() async throws {
            try await ReplayBench.with { bench async throws in
                let active: StaticString = "select version from projection_active where name = 'current'"
                try await bench.withLocked(active) { () async throws in
                    let replay = Task { try await bench.replay().run("current") }
                    #expect(try await bench.hasBegun("current"))
                    #expect(try await bench.replay().discard("current"))
                    await #expect(throws: ReplayFailure.self) { try await replay.value }
                }
                #expect(try await bench.version("current") == 1)
            }
        }

        @Test func anUnknownNameIsRefused() async throws {
            try await ReplayBench.with(orders: 1, commands: 0) { bench async throws in
                await #expect(throws: ReplayFailure.self) { try await bench.replay().run("nothing") }
                await #expect(throws: ReplayFailure.self) { try await bench.replay().discard("nothing") }
            }
        }

        @Test(arguments: [5, 1 << 40] as [Int64])
        func anEventOfAnUnknownTypeStopsTheReplayAlone(nearHead: Int64) async throws {
            try await ReplayBench.with { bench async throws in
                try await bench.bench.script(
                    """
                    begin;
                    insert into events (seq, occurred_at, recorded_at, order_id, version, schema, number, shop,
                        customer, type, status_before, status, data, internal, actor, command_id)
                    select (select seq + 1 from log_head), occurred_at, recorded_at, order_id, version + 1, 1, number,
                        shop, customer, 'OrderTeleported', status, status, '{}', '{}', actor, 'x'
                    from events order by seq desc limit 1;
                    update log_head set seq = seq + 1;
                    commit;
                    """
                )
                let before = try await bench.rows("current")
                do {
                    try await bench.replay { $0.nearHead = nearHead }.run("current")
                    Issue.record("it ran")
                } catch let error as UnreadableEvent {
                    #expect("\(error)".contains("knows no event type “OrderTeleported”"))
                }
                #expect(try await bench.version("current") == 1)
                #expect(try await bench.rows("current") == before)
                let found = try await bench.differences("current")
                #expect(found.count == 1)
                #expect(found.first?.contains("OrderTeleported") == true)
            }
        }

        @Test func eachReplayMovesTheHeadsTimeSoThatCachedOrdersExpire() async throws {
            try await ReplayBench.with { bench async throws in
                let before = try await bench.bench.text("select seq, recorded_at from log_head")
                try await bench.replay().run("current")
                #expect(try await bench.bench.text("select seq, recorded_at from log_head") != before)
            }
        }

        @Test func theRateIsThatOfTheLastSeconds() {
            var rate = ReplayRate()
            #expect(rate.note(0, atSeconds: 0) == 0)
            #expect(rate.note(100, atSeconds: 1) == 100)
            for second in 2...20 { _ = rate.note(100 + Int64(second - 1) * 10, atSeconds: Double(second)) }
            #expect(abs(rate.note(300, atSeconds: 21) - 10) < 2)
        }
    }
}
