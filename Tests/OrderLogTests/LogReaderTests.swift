import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct LogReaderTests {
    @Test func readsKeepToTheirScope() async throws {
        try await TestLog.with { log in
            let (mine, theirs, elsewhere) = (UUID(), UUID(), UUID())
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: mine))
                _ = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(customer: "cust-2"), order: theirs)
                )
                _ = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(shop: "nordwind"), order: elsewhere)
                )
            }
            let scope = ReadScope(shops: ["aurora"], customer: "cust-1")
            #expect(try await log.reader.events(after: 0, limit: 10, scope: scope).events.map(\.orderId) == [mine])
            #expect(try await log.reader.order(mine, scope: scope).stored?.order.orderId == mine)
            for foreign in [theirs, elsewhere] {
                #expect(try await log.reader.order(foreign, scope: scope).stored == nil)
                #expect(try await !log.reader.orderExists(foreign, scope: scope))
                #expect(try await log.reader.events(after: 0, limit: 10, scope: scope, orderId: foreign).events.isEmpty)
            }
            let shop = ReadScope(shops: ["nordwind"])
            #expect(try await log.reader.events(after: 0, limit: 10, scope: shop).events.map(\.orderId) == [elsewhere])
        }
    }

    /// Reads that share a statement get each the answer for its own scope.
    @Test func simultaneousReadsGetEachTheirOwnAnswer() async throws {
        try await TestLog.with { log in
            let orders = (0..<40).map { _ in UUID() }
            try await log.withAppender { appender in
                for (index, order) in orders.enumerated() {
                    let customer = index.isMultiple(of: 2) ? "even" : "odd"
                    _ = try await appender.submit(
                        Samples.submission(.placeOrder, Samples.place(customer: customer), order: order)
                    )
                }
            }
            let head = try await log.reader.head().seq
            let scopes = [
                ReadScope.everything, ReadScope(shops: ["aurora", "nordwind"], customer: "even"), ReadScope(shops: []),
            ]
            try await withThrowingTaskGroup(of: (asked: UUID, visible: Bool, found: UUID?, head: Int64).self) { group in
                for (index, order) in orders.enumerated() {
                    for (number, scope) in scopes.enumerated() {
                        group.addTask {
                            let answer = try await log.reader.order(order, scope: scope)
                            let visible = number == 0 || (number == 1 && index.isMultiple(of: 2))
                            return (order, visible, answer.stored?.order.orderId, answer.head.seq)
                        }
                    }
                }
                for try await answer in group {
                    #expect(answer.found == (answer.visible ? answer.asked : nil))
                    #expect(answer.head == head)
                }
            }
        }
    }

    @Test func pagesFollowEachOtherWithoutGap() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                for index in 0..<6 {
                    let note =
                        #"{"text":"n\#(index)","visibility":"\#(index.isMultiple(of: 2) ? "staff" : "customer")"}"#
                    _ = try await appender.submit(Samples.submission(.addNote, note, order: order))
                }
            }
            var seen: [Int64] = []
            var after: Int64 = 0
            while true {
                let page = try await log.reader.events(after: after, limit: 3, scope: .everything)
                seen += page.events.map(\.seq)
                after = page.through
                if !page.hasMore { break }
            }
            #expect(seen == Array(1...7))
            #expect(after == 7)
            let visible = try await log.reader.events(
                after: 0,
                limit: 10,
                scope: .everything,
                orderId: order,
                visibleToCustomers: true
            )
            #expect(visible.events.map(\.seq) == [1, 3, 5, 7])
            let bounded = try await log.reader.events(after: 0, through: 4, limit: 10, scope: .everything)
            #expect(bounded.events.map(\.seq) == [1, 2, 3, 4])
            #expect(bounded.through == 4)
        }
    }

    @Test func anEmptyLogHasAHead() async throws {
        try await TestLog.with { log in
            let head = try await log.reader.head()
            #expect(head.seq == 0)
            #expect(LogPosition(head.description) == head)
            #expect(try await log.reader.check(head) == .good(0))
        }
    }

    @Test func aSecretIsMadeOnce() async throws {
        try await TestLog.with { log in
            let secrets = SecretStore(pool: log.pool)
            let first = try await secrets.secret(named: "s") { [1, 2, 3] }
            let second = try await secrets.secret(named: "s") { [4, 5, 6] }
            #expect(first == [1, 2, 3])
            #expect(second == first)
        }
    }

    @Test func commandIdsAreKeptForTheDaysOfTheLog() async throws {
        try await TestLog.with { log in
            let accept = """
                insert into commands (
                    order_id, first_seq, last_seq, recorded_at, version, shop, command_id, status, fingerprint)
                select gen_random_uuid(), 1, 1, clock_timestamp() + make_interval(days => n), 1, 'aurora', n::text,
                    'placed', sha256('x')
                """
            let retention = CommandRetention(pool: log.pool, days: 90)
            let recent =
                "select count(*) from commands where recorded_at > clock_timestamp() - interval '90 days 1 hour'"
            try await log.pool.query("\(accept) from generate_series(-200, -1) n")
            try await retention.maintainPartitions()
            #expect(try await log.pool.query(recent).first?.get(0, as: Int64.self) == 90)
            #expect(try await log.pool.query("select 1 from commands").count < 95)
            // The clock was ahead for a moment, in which a command came.
            try await log.pool.query("update log_head set recorded_at = clock_timestamp() + interval '100 days'")
            try await log.pool.query("\(accept) from generate_series(100, 100) n")
            try await retention.maintainPartitions()
            #expect(try await log.pool.query(recent).first?.get(0, as: Int64.self) == 91)
        }
    }

    @Test func commandIdsOfQuietShopsAreKeptForLonger() async throws {
        try await TestLog.with { log in
            let retention = CommandRetention(pool: log.pool, days: 90)
            try await log.pool.query(
                """
                insert into commands (
                    order_id, first_seq, last_seq, recorded_at, version, shop, command_id, status, fingerprint)
                select gen_random_uuid(), 1, 1, clock_timestamp() - make_interval(days => 7 * n), 1, 'aurora', n::text,
                    'placed', sha256('x')
                from generate_series(1, 50) n
                """
            )
            try await retention.maintainPartitions()
            #expect(try await log.pool.query("select 1 from commands").count == 50)
        }
    }

    /// A day's commands in the default partition, as after a missed day.
    private static let largeDefault = """
        insert into commands (order_id, first_seq, last_seq, recorded_at, version, shop, command_id, status, fingerprint)
        select gen_random_uuid(), 1, 1,
            date_trunc('day', clock_timestamp(), 'UTC') - interval '3 days' + make_interval(secs => n * 0.1), 1,
            repeat('s', 60), n::text, 'placed', sha256('x')
        from generate_series(1, 60000) n
        """

    @Test func aLargeDefaultPartitionIsNotSearchedUnderALock() async throws {
        try await TestLog.with { log in
            try await log.pool.query(Self.largeDefault)
            let add = "select commands_add_day((clock_timestamp() at time zone 'UTC')::date + $1)"
            for step in 1...3 {
                let isDone = try await log.pool.query(add, [Int32(5)]).first?.get(0, as: Bool.self)
                #expect(isDone == (step == 3), "a constraint, its validation, and the partition")
            }
            // Commands of today and tomorrow go to the default partition until then.
            #expect(try await log.pool.query(add, [Int32(0)]).first?.get(0, as: Bool.self) == true)
            let retention = CommandRetention(pool: log.pool, days: 90)
            try await retention.maintainPartitions()
            let days = try await log.pool.query("select day from commands_partitions()")
            #expect(days.count == 6, "the second to the seventh day ahead")
            let left = try await log.pool.query(
                "select 1 from pg_constraint where conrelid = 'commands_default'::regclass and conname ~ '_not_in_default'"
            )
            #expect(left.isEmpty)
            #expect(try await log.pool.query("select 1 from commands limit 60001").count == 60_000)
        }
    }

    @Test func expiredCommandsGoInPortions() async throws {
        try await TestLog.with { log in
            try await log.pool.query(Self.largeDefault)
            try await log.pool.query(Self.largeDefault.replacing("3 days", with: "1 day"))
            let expire = "select commands_expire(1, 25000)"
            var portions = 0
            while try await log.pool.query(expire).first?.get(0, as: Bool.self) == true { portions += 1 }
            #expect(portions == 0, "two days with commands are kept")
            // A day is dropped where commands were accepted on three later ones: a clock that jumps adds one.
            try await log.pool.query(Self.largeDefault.replacing("- interval '3 days'", with: "+ interval '1 day'"))
            try await log.pool.query(Self.largeDefault.replacing("- interval '3 days'", with: "+ interval '2 days'"))
            while try await log.pool.query(expire).first?.get(0, as: Bool.self) == true { portions += 1 }
            #expect(portions >= 3)
            #expect(try await log.pool.query("select 1 from commands").count < 240_000)
        }
    }

    @Test func aPageOfAnOrdersEventsReadsNoEarlierEvents() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
            }
            try await PostgresConnection.with(log.database, logger: log.logger) { owner in
                try await owner.executeScript(
                    """
                    insert into events
                    select (json_populate_record(e, json_build_object('seq', n, 'version', (n + 1) / 2, 'order_id',
                        case when n % 2 = 0 then gen_random_uuid() else e.order_id end))).*
                    from events e, generate_series(3, 3999) n where e.seq = 1;
                    update log_head set seq = 3999;
                    """
                )
            }
            let pool = LogReader.makePool(
                configuration: log.database,
                registry: log.registry,
                maximum: 1,
                logger: log.logger
            )
            let reader = LogReader(pool: pool, registry: log.registry)
            func fetched() async throws -> Int64 {
                try await pool.query("select pg_stat_force_next_flush()")
                return try await pool.query("select idx_tup_fetch from pg_stat_user_tables where relname = 'events'")[0]
                    .get(0, as: Int64.self)
            }
            // Positions of the order's own events, and those between, of another order.
            for seq in [0, 1, 2, 1998, 1999, 3996, 3997, 3998, 3999] as [Int64] {
                let before = try await fetched()
                let page = try await reader.events(after: seq, limit: 10, scope: .everything, orderId: order)
                #expect(page.events.first?.seq == (seq >= 3999 ? nil : seq % 2 == 0 ? seq + 1 : seq + 2))
                #expect(page.events.map(\.version) == page.events.map { Int($0.seq + 1) / 2 })
                #expect(try await fetched() - before < 60, "after \(seq)")
            }
        }
    }

    @Test func partitionsOfCommandsAreMadeOnce() async throws {
        try await TestLog.with { log in
            let retention = CommandRetention(pool: log.pool, days: 90)
            try await retention.maintainPartitions()
            try await retention.maintainPartitions()
            let rows = try await log.pool.query(
                "select count(*) from pg_inherits where inhparent = 'commands'::regclass"
            )
            // Partitions of today and the seven days ahead, and the default partition.
            #expect(try rows.first?.get(0, as: Int64.self) == 9)
        }
    }

    /// A dump holds this lock for as long as it lasts.
    @Test func maintenanceGivesWayToADump() async throws {
        try await TestLog.with { log in
            let dump = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await dump.query("begin")
            try await dump.query("lock table commands in access share mode")
            let retention = CommandRetention(pool: log.pool, days: 90)
            let began = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) { try await retention.maintainPartitions() }
            #expect(error?.sqlState == "55P03")
            #expect(ContinuousClock.now - began < .seconds(5))
            try await dump.query("rollback")
            try await retention.maintainPartitions()
            await dump.close()
        }
    }
}
