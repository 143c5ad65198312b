import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

/// The state that a row holds may be older than the row, or of another layout: each reader gets the order all the same.
@Suite struct StoredStateTests {
    /// Each append is by the process that did not append last, which has to load the order.
    @Test func everyReadOfALargeOrderIsTheFoldOfItsEvents() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let written = try await log.withAppender { one in
                try await log.withAppender { two in
                    var written: Set<Int> = []
                    _ = try await one.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    for version in 2...180 {
                        let appender = version.isMultiple(of: 2) ? two : one
                        let note = try Self.note(on: order, ifMatch: version - 1)
                        #expect(try await appender.submit(note).version == version)
                        try await Self.expectEveryRead(of: order, at: version, in: log)
                        written.insert(try await Self.stateVersion(of: order, in: log))
                    }
                    return written
                }
            }
            #expect(written.count < 40)
            let rows = try await log.pool.query("select version, octet_length(state) as bytes from order_states")
            let row = try #require(rows.first)
            #expect(try row.get("version", as: Int32.self) == 180)
            let behind = 180 - (try await Self.stateVersion(of: order, in: log))
            #expect(behind < Int(try row.get("bytes", as: Int32.self)) / 1024)
        }
    }

    @Test func aSmallStateFollowsEachEvent() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                for version in 2...5 {
                    _ = try await appender.submit(
                        Samples.submission(.addNote, #"{"text":"n","visibility":"staff"}"#, order: order)
                    )
                    #expect(try await Self.stateVersion(of: order, in: log) == version)
                }
            }
        }
    }

    @Test func aBatchOfManyOrdersWritesASmallStateEachFourthEvent() async throws {
        try await TestLog.with { log in
            let orders = (0..<StateSnapshot.manyOrders).map { _ in UUID() }
            try await Self.appendInOneBatch(
                orders.map { try Samples.submission(.placeOrder, Samples.place(), order: $0) },
                to: log
            )
            for (version, written) in [(2, 1), (3, 1), (4, 1), (5, 5), (6, 5)] {
                // Each appender is a new one, which has to load the orders.
                try await Self.appendInOneBatch(orders.map { try Self.shortNote(on: $0) }, to: log)
                for order in orders {
                    #expect(try await Self.stateVersion(of: order, in: log) == written)
                    try await Self.expectEveryRead(of: order, at: version, in: log)
                }
            }
            // Fewer orders get whole states.
            let few = orders.dropFirst()
            try await Self.appendInOneBatch(few.map { try Self.shortNote(on: $0) }, to: log)
            for order in few { #expect(try await Self.stateVersion(of: order, in: log) == 7) }
            #expect(try await Self.stateVersion(of: orders[0], in: log) == 5)
        }
    }

    /// Each of several appenders loads what the others have changed, under the lock.
    @Test func severalAppendersWriteWholeStates() async throws {
        try await TestLog.with { log in
            // The first commands may be a batch of their own.
            let orders = (0..<3 * StateSnapshot.manyOrders).map { _ in UUID() }
            let appenders = (0..<2).map { _ in
                Appender(configuration: log.database, registry: log.registry, logger: log.logger)
            }
            func append(_ submissions: [Submission], by appender: Appender) async throws {
                var receipts: [PendingReceipt] = []
                for submission in submissions { receipts.append(await appender.enqueue(submission)) }
                for receipt in receipts { _ = try await receipt.receipt() }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for appender in appenders { group.addTask { try await appender.run() } }
                let placed = try orders.map { try Samples.submission(.placeOrder, Samples.place(), order: $0) }
                try await append(placed, by: appenders[0])
                for turn in 1...5 {
                    try await append(orders.map { try Self.shortNote(on: $0) }, by: appenders[turn % 2])
                }
                group.cancelAll()
            }
            for order in orders { #expect(try await Self.stateVersion(of: order, in: log) == 6) }
        }
    }

    @Test func aLargeStateIsWrittenOnceForManyEvents() {
        let large = StateSnapshot(version: 100, byteCount: 300 << 10)
        #expect(!large.isOutdated(at: 101, keepsSmallStates: false))
        #expect(!large.isOutdated(at: 399, keepsSmallStates: true))
        #expect(large.isOutdated(at: 400, keepsSmallStates: false))
        let huge = StateSnapshot(version: 100, byteCount: 30 << 20)
        #expect(!huge.isOutdated(at: 99 + StateSnapshot.longestTail, keepsSmallStates: false))
        #expect(huge.isOutdated(at: 100 + StateSnapshot.longestTail, keepsSmallStates: false))
        let small = StateSnapshot(version: 100, byteCount: StateSnapshot.smallByteCount - 1)
        #expect(small.isOutdated(at: 101, keepsSmallStates: false))
        #expect(!small.isOutdated(at: 103, keepsSmallStates: true))
        #expect(small.isOutdated(at: 104, keepsSmallStates: true))
        let middle = StateSnapshot(version: 100, byteCount: StateSnapshot.smallByteCount)
        #expect(!middle.isOutdated(at: 101, keepsSmallStates: false))
    }

    /// Events can be as large as the state, so that a tail is bounded by its bytes too.
    @Test func aTailAsLargeAsItsStateOutdatesIt() throws {
        var plan = BatchPlan(
            headSeq: 0,
            recordedAt: Timestamp(unixMicroseconds: 1_000_000),
            epochs: EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)]),
            records: [:],
            known: [:]
        )
        let order = UUID()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.place(), order: order)).get()
        let event = try #require(plan.events.first)
        let size = (event.data?.count ?? 0) + event.internal.count
        var snapshot = StateSnapshot(version: 100, byteCount: 40 << 10)
        let count = (40 << 10) / size
        for _ in 0..<count { snapshot.count(event) }
        #expect(!snapshot.isOutdated(at: 101, keepsSmallStates: false))
        snapshot.count(event)
        #expect(snapshot.tailByteCount == (count + 1) * size && snapshot.isOutdated(at: 101, keepsSmallStates: false))
    }

    @Test func aStateOfAnotherLayoutIsFoldedFromTheLogAndWrittenAnew() async throws {
        try await TestLog.with { log in
            let orders = (0..<3).map { _ in UUID() }
            for order in orders { try await Self.makeLarge(order, in: log) }
            try await log.pool.query(Self.otherLayout)
            for order in orders { try await Self.expectEveryRead(of: order, at: 61, in: log) }
            try await log.withAppender { appender in
                let receipt = try await appender.submit(Self.note(on: orders[0], ifMatch: 61))
                #expect(receipt.version == 62)
            }
            #expect(try await Self.stateVersion(of: orders[0], in: log) == 62)
            let others = try await log.pool.query("select count(*) from order_states where state like '{\"v\":99,%'")
            #expect(try others.first?.get(0, as: Int64.self) == 2)
            try await Self.expectEveryRead(of: orders[0], at: 62, in: log)
        }
    }

    /// As a process of the version before the table's new name writes: a whole state each time.
    @Test func aStateThatIsWrittenByTheFormerNameIsReadAsItIs() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await Self.makeLarge(order, in: log)
            #expect(try await Self.stateVersion(of: order, in: log) < 61)
            let stored = try #require(try await log.reader.order(order, scope: .everything).stored)
            try await log.pool.query(
                """
                insert into orders (order_id, seq, recorded_at, version, shop, customer, status, state, model_version)
                select order_id, seq, recorded_at, version, shop, customer, status, $1, model_version from orders
                on conflict (order_id, model_version) do update set
                    seq = excluded.seq, recorded_at = excluded.recorded_at, version = excluded.version,
                    status = excluded.status, state = excluded.state
                """,
                [String(decoding: stored.order.encodeState(), as: UTF8.self)]
            )
            #expect(try await Self.stateVersion(of: order, in: log) == 61)
            try await Self.expectEveryRead(of: order, at: 61, in: log)
            try await log.withAppender { appender in
                let receipt = try await appender.submit(Self.note(on: order, ifMatch: 61))
                #expect(receipt.version == 62)
            }
            try await Self.expectEveryRead(of: order, at: 62, in: log)
        }
    }

    @Test func anEventThatTheLogLacksIsAnError() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await Self.makeLarge(order, in: log)
            try await log.pool.query("update order_states set version = version + 1, seq = seq + 1")
            await #expect(throws: StoredDataError.self) { try await log.reader.order(order, scope: .everything) }
        }
    }

    /// States beyond the bytes of one result: pages get shorter, single reads and commands go on.
    @Test func ordersThatDoNotFitInOneResultAreReadOneAfterAnother() async throws {
        try await TestLog.with { log in
            let orders = (0..<4).map { _ in UUID() }.sorted { $0.uuidString < $1.uuidString }
            try await log.withAppender { appender in
                for order in orders {
                    _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                }
            }
            // A member that this version does not know is ignored.
            try await log.pool.query(
                """
                update order_states set state = left(state, -1) || ',"filler":"' || repeat('x', 5000000) || '"}'
                """
            )
            let customer = CustomerKey(shop: "aurora", customer: "cust-1")
            var found: [UUID] = []
            var (last, pages): (UUID?, Int) = (nil, 0)
            repeat {
                let page = try await log.reader.orders(of: customer, after: last, at: 4, limit: 32)
                found += page.orders.map(\.order.orderId)
                (last, pages) = (page.next, pages + 1)
            } while last != nil
            #expect(found == orders && pages == 2)

            try await withThrowingTaskGroup(of: Int?.self) { group in
                for order in orders {
                    group.addTask { try await log.reader.order(order, scope: .everything).stored?.order.version }
                }
                for try await version in group { #expect(version == 1) }
            }
            let appender = Appender(configuration: log.database, registry: log.registry, logger: log.logger)
            var receipts: [PendingReceipt] = []
            for order in orders { receipts.append(await appender.enqueue(try Self.note(on: order, ifMatch: 1))) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await appender.run() }
                var positions: [Int64] = []
                for receipt in receipts { positions.append(try await receipt.receipt().position.seq) }
                #expect(positions == [5, 6, 7, 8])
                group.cancelAll()
            }
        }
    }

    // MARK: Support

    private static let otherLayout = """
        update order_states set state = regexp_replace(state, '^\\{"v":[0-9]+', '{"v":99')
        """

    /// Appends commands, all of them in one batch.
    static func appendInOneBatch(_ submissions: [Submission], to log: TestLog) async throws {
        let appender = Appender(configuration: log.database, registry: log.registry, logger: log.logger)
        var receipts: [PendingReceipt] = []
        for submission in submissions { receipts.append(await appender.enqueue(submission)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await appender.run() }
            for receipt in receipts { _ = try await receipt.receipt() }
            group.cancelAll()
        }
    }

    static func shortNote(on order: UUID) throws -> Submission {
        try Samples.submission(.addNote, #"{"text":"n","visibility":"staff"}"#, order: order)
    }

    private static func note(on order: UUID, ifMatch version: Int) throws -> Submission {
        let text = String(repeating: "n", count: 400)
        return try Samples.submission(
            .addNote,
            #"{"text":"\#(text)","visibility":"staff"}"#,
            order: order,
            ifMatch: version
        )
    }

    /// Appends 61 events, 60 of them long.
    private static func makeLarge(_ order: UUID, in log: TestLog) async throws {
        try await log.withAppender { appender in
            _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
            for version in 1...60 { _ = try await appender.submit(note(on: order, ifMatch: version)) }
        }
    }

    private static func stateVersion(of order: UUID, in log: TestLog) async throws -> Int {
        let rows = try await log.pool.query(
            "select (state::json ->> 'version')::int from order_states where order_id = $1",
            [order]
        )
        return Int(try rows.first?.get(0, as: Int32.self) ?? 0)
    }

    private static func expectEveryRead(of order: UUID, at version: Int, in log: TestLog) async throws {
        let folded = try #require(try await log.reader.order(order, scope: .everything, at: .version(version)))
        let (stored, head) = try await log.reader.order(order, scope: .everything)
        #expect(stored?.order == folded.order)
        #expect(stored?.position == folded.position)
        #expect(stored?.recordedAt == folded.recordedAt)
        let customer = CustomerKey(shop: "aurora", customer: "cust-1")
        let page = try await log.reader.orders(of: customer, after: nil, at: head.seq, limit: 100)
        #expect(page.orders.first { $0.order.orderId == order }?.order == folded.order)
        let load = CurrentStateTable.load([order], version: .active)
        let records = try await StoredStates(log.pool.query(load.sql, load.bindings)).records {
            try await log.pool.query($0.sql, $0.bindings)
        }
        #expect(records.map(\.order) == [folded.order])
        #expect(records.first?.seq == folded.position.seq)
    }
}
