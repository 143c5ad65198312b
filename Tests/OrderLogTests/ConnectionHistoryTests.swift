import Foundation
import LogSupport
import Orders
import Postgres
import Synchronization
import Telemetry
import Testing

@testable import OrderLog

/// After a failover a process may hold connections to two servers, whose histories differ.
@Suite struct ConnectionHistoryTests {
    /// The history of another server, to which this process has connected last.
    private static let other = EpochTable([
        Epoch(ordinal: 1, name: "yyyyyyyy", firstSeq: 1), Epoch(ordinal: 2, name: "zzzzzzzz", firstSeq: 2),
    ])
    /// An epoch that only a newer server has.
    private static let later = Epoch(ordinal: 9, name: "zzzzzzzz", firstSeq: 9)
    private static let mine = CustomerKey(shop: "aurora", customer: "cust-1")

    /// Another session has told of a later epoch meanwhile, but the page's own server does not have it.
    @Test func eachReadCarriesTheHistoryOfItsConnection() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let receipt = try await log.withAppender { appender in
                try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
            }
            let head = try await log.reader.head()
            #expect(head == receipt.position)
            let other = { log.registry.replace(with: Self.other) }
            other()
            #expect(try await log.reader.head() == head)
            other()
            let page = try await log.reader.events(after: 0, limit: 10, scope: .everything)
            #expect(page.history.position(of: page.through) == head)
            other()
            let mine = try await log.reader.events(of: Self.mine, after: 0, limit: 10)
            #expect(mine.history.position(of: mine.through) == head)
            other()
            let stored = try await log.reader.order(order, scope: .everything)
            #expect(stored.head == head && stored.stored?.position == head)
            other()
            #expect(try await log.reader.order(order, scope: .everything, at: .version(1))?.position == head)
            other()
            let orders = try await log.reader.orders(of: Self.mine, after: nil, at: nil, limit: 10)
            #expect(orders.history.position(of: orders.head) == head && orders.orders.map(\.position) == [head])
            other()
            #expect(try await log.reader.check(head) == .good(head.seq))
            other()
            #expect(try await log.reader.check(LogPosition(epoch: "zzzzzzzz", seq: 1)) == .unknownEpoch)
        }
    }

    @Test func aConnectionToAFormerServerIsReplaced() async throws {
        try await TestLog.with { log in
            let before = try await backend(of: log)
            #expect(try await backend(of: log) == before)
            log.registry.replace(with: Self.other)
            let after = try await backend(of: log)
            #expect(after != before)
            #expect(log.registry.current != Self.other, "the new connection has told of its history")
            #expect(try await backend(of: log) == after)
        }
    }

    @Test func nothingIsAppendedToAFormerServer() async throws {
        try await TestLog.with { log in
            let receipts = try await log.withAppender { appender in
                let first = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(), order: UUID())
                )
                let before = try await appenders(of: log)
                log.registry.replace(with: Self.other)
                let second = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(), order: UUID())
                )
                #expect(try await appenders(of: log).isDisjoint(with: before))
                return [first, second]
            }
            #expect(receipts.map(\.position.epoch) == [receipts[0].position.epoch, receipts[0].position.epoch])
        }
    }

    /// The old primary still runs after a failover, and the database's address leads to it again.
    @Test func aNewConnectionToAFormerServerIsRefused() async throws {
        try await TestLog.with { log in
            let known = EpochTable(try await history(of: log, in: EpochRegistry()).epochs + [Self.later])
            let registry = EpochRegistry()
            registry.replace(with: known)
            await #expect {
                try await history(of: log, in: registry)
            } throws: { error in
                (error as? PostgresError)?.kind == .connectionLost
            }
            #expect(registry.current == known, "what is known stays known")
            log.registry.replace(with: known)
            var settings = Appender.Settings()
            settings.timeout = .seconds(1)
            await #expect(throws: AppendRefusal.self) {
                try await log.withAppender(settings) { appender in
                    try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
                }
            }
        }
    }

    /// A former server that is started again has an identity that no epoch names, and would open one. By its timeline
    /// that server differs from a restored one.
    @Test func aFormerServerThatWasStartedAgainIsRefused() async throws {
        try await TestLog.with { log in
            let known = try await history(of: log, in: log.registry)
            let registry = EpochRegistry()
            try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                let present = try ServerTimeline(await connection.query("select \(ServerTimeline.columns)")[0])
                let promoted = ServerTimeline(cluster: present.cluster, number: present.number + 1)
                let another = EpochTable(known.epochs + [Self.later])
                registry.takeUnlessFormer(another, timeline: promoted)
                try await connection.query("update log_epochs set identity = 'before'")
            }
            await #expect {
                try await history(of: log, in: registry)
            } throws: { error in
                (error as? PostgresError)?.isFormerServer == true
            }
            #expect(registry.formerServers.value == 1)
            let rows = try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                try await connection.query("select from log_epochs")
            }
            #expect(rows.count == known.epochs.count, "no epoch was opened there")
            #expect(try await history(of: log, in: EpochRegistry()).epochs.count == known.epochs.count + 1)
        }
    }

    /// Its primary was restarted without it, opened an epoch and was lost.
    @Test func aPromotedStandbyMayLackAnEpoch() async throws {
        try await TestLog.with { log in
            let known = try await history(of: log, in: log.registry)
            let registry = EpochRegistry()
            try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                let promoted = try ServerTimeline(await connection.query("select \(ServerTimeline.columns)")[0])
                let former = ServerTimeline(cluster: promoted.cluster, number: promoted.number - 1)
                registry.takeUnlessFormer(EpochTable(known.epochs + [Self.later]), timeline: former)
                try await EpochStore.check(connection, in: registry)
                #expect(connection.history == known)
                try await connection.query("update log_epochs set identity = 'before'")
            }
            let own = try await history(of: log, in: registry)
            #expect(own.epochs.count == known.epochs.count + 1 && own.continues(known))
            #expect(registry.current == own && registry.formerServers.value == 0)
        }
    }

    @Test func timelinesOfOneClusterAloneAreCompared() {
        let known = ServerTimeline(cluster: "1", number: 2)
        #expect(ServerTimeline(cluster: "1", number: 1).isFormer(of: known))
        #expect(!ServerTimeline(cluster: "1", number: 2).isFormer(of: known))
        #expect(!ServerTimeline(cluster: "1", number: 3).isFormer(of: known))
        #expect(!ServerTimeline(cluster: "2", number: 1).isFormer(of: known))
    }

    @Test func theProbeFindsAFormerServer() async throws {
        try await TestLog.with { log in
            let appender = Appender(configuration: log.database, registry: log.registry, logger: log.logger)
            var probe = WriteProbe(configuration: appender.configuration, registry: log.registry, logger: log.logger)
            try await history(of: log, in: log.registry)
            let present = log.registry.current
            for commits in [true, false] {
                log.registry.replace(with: present)
                #expect(await probe.run(commits: commits) == nil)
                log.registry.replace(with: EpochTable(present.epochs + [Self.later]))
                #expect(await probe.run(commits: commits) == .formerServer, "the kept connection and a new one")
                #expect(await probe.run(commits: commits) == .formerServer)
            }
            log.registry.replace(with: present)
            #expect(await probe.run(commits: true) == nil)
        }
    }

    /// The pool is small, so that a read may meet former connections alone.
    @Test func theFifthFormerConnectionIsRefusedToo() async throws {
        try await TestLog.with { log in
            let registry = EpochRegistry()
            registry.replace(with: Self.other)
            let reads = Mutex(0)
            await #expect {
                try await log.pool.read(in: registry) { _ in
                    reads.withLock { $0 += 1 }
                    return ((), EpochTable())
                }
            } throws: { error in
                (error as? PostgresError)?.isFormerServer == true
            }
            #expect(reads.withLock { $0 } == 4 && registry.formerServers.value == 4)
        }
    }

    /// A restored or promoted server has opened an epoch of its own.
    @Test func aHistoryWithAnEpochOfItsOwnIsNoFormerOne() {
        let first = EpochTable(Array(Self.other.epochs.prefix(1)))
        let restored = EpochTable(first.epochs + [Epoch(ordinal: 2, name: "rrrrrrrr", firstSeq: 2)])
        #expect(first.isFormer(of: Self.other))
        #expect(!Self.other.isFormer(of: first) && !Self.other.isFormer(of: Self.other))
        #expect(!restored.isFormer(of: Self.other) && !first.isFormer(of: EpochTable()))
    }

    @Test func theRegistryKeepsWhatItKnowsFromAFormerServer() {
        let registry = EpochRegistry()
        registry.takeUnlessFormer(Self.other)
        registry.takeUnlessFormer(EpochTable(Array(Self.other.epochs.prefix(1))))
        #expect(registry.current == Self.other)
        let another = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
        registry.takeUnlessFormer(another)
        #expect(registry.current == another)
    }

    /// Connects, as to the server of the log.
    @discardableResult
    private func history(of log: TestLog, in registry: EpochRegistry) async throws -> EpochTable {
        try await PostgresConnection.with(log.database, logger: log.logger) { connection in
            try await EpochStore.ensure(on: connection, registry: registry, logger: log.logger)
        }
    }

    /// The server process that a read comes from.
    private func backend(of log: TestLog) async throws -> Int32 {
        try await log.reader.readWithHistory(PostgresQuery("select pg_backend_pid() as pid")).rows[0].get("pid")
    }

    /// The server processes of the appender's connections.
    private func appenders(of log: TestLog) async throws -> Set<Int32> {
        let rows = try await log.pool.query(
            """
            select pid from pg_stat_activity
            where datname = current_database() and application_name = 'waybill appender'
            """
        )
        return Set(try rows.map { try $0.get("pid", as: Int32.self) })
    }

    @Test func theRegistryTakesEpochsOfItsOwnHistoryAlone() {
        let registry = EpochRegistry()
        registry.replace(with: EpochTable(Array(Self.other.epochs.prefix(1))))
        registry.extend(
            to: EpochTable([
                Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1), Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 5),
            ])
        )
        #expect(registry.current.epochs.map(\.name) == ["yyyyyyyy"])
        registry.extend(to: Self.other)
        #expect(registry.current == Self.other)
    }
}
