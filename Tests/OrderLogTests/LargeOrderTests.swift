import Foundation
import LogSupport
import Orders
import Postgres
import Synchronization
import Testing

@testable import OrderLog

/// Orders of 500 lines: pages, batches and loads end where they have reached a size.
@Suite struct LargeOrderTests {
    /// A log of large orders of one customer, half of them with texts that the server compresses.
    private func withOrders(_ count: Int, _ body: @Sendable (TestLog, [UUID]) async throws -> Void) async throws {
        try await TestLog.with { log in
            let orders = (0..<count).map { _ in UUID() }
            try await log.withAppender { appender in
                for (index, order) in orders.enumerated() {
                    let placement = Samples.placeLarge(isCompressible: index.isMultiple(of: 2))
                    _ = try await appender.submit(Samples.submission(.placeOrder, placement, order: order))
                    let note = #"{"text":"\#(index)","visibility":"customer"}"#
                    _ = try await appender.submit(Samples.submission(.addNote, note, order: order))
                }
            }
            try await body(log, orders)
        }
    }

    private func size(_ events: [LoggedEvent]) -> Int {
        events.reduce(0) { $0 + ($1.data?.count ?? 0) + $1.internal.count }
    }

    /// Walks the log by pages of half a megabyte, and checks each of them.
    private func walk(_ read: (Int64) async throws -> EventPage) async throws -> [Int64] {
        var seen: [Int64] = []
        while true {
            let page = try await read(seen.last ?? 0)
            seen += page.events.map(\.seq)
            #expect(size(page.events.dropLast()) <= 1 << 19)
            #expect(page.events.last?.seq == page.through || !page.isCut)
            guard page.hasMore else { return seen }
            #expect(page.isCut)
        }
    }

    @Test func aPageEndsAtItsSizeAndTheNextGoesOn() async throws {
        try await withOrders(12) { log, orders in
            let all = Array(Int64(1)...24)
            let everything = try await walk {
                try await log.reader.events(after: $0, limit: 1000, scope: .everything, byteLimit: 1 << 19)
            }
            #expect(everything == all)
            let customer = CustomerKey(shop: "aurora", customer: "cust-1")
            let own = try await walk {
                try await log.reader.events(of: customer, after: $0, limit: 1000, byteLimit: 1 << 19)
            }
            #expect(own == all)
            let whole = try await log.reader.events(after: 0, limit: 1000, scope: .everything)
            #expect(whole.events.count == 24 && !whole.hasMore && !whole.isCut)
            // The first event comes whole, whatever its size.
            let least = try await log.reader.events(after: 0, limit: 9, scope: .everything, byteLimit: 1)
            #expect(least.events.map(\.seq) == [1] && least.hasMore)
            let ofOrder = try await log.reader.events(
                after: 0,
                limit: 9,
                scope: .everything,
                orderId: orders[1],
                byteLimit: 1
            )
            #expect(ofOrder.events.map(\.seq) == [3] && ofOrder.hasMore)
        }
    }

    /// The number of events of each committed batch.
    private final class Batches: CommitObserver {
        private let state = Mutex<[Int]>([])

        func commitBegins() {}
        func commitEnded(_ events: [LoggedEvent], in history: EpochTable) { state.withLock { $0.append(events.count) } }

        var counts: [Int] { state.withLock { $0 } }
    }

    /// Appends commands that wait together, and returns the events of each batch.
    private func append(_ settings: Appender.Settings, in log: TestLog) async throws -> [Int] {
        let batches = Batches()
        let appender = Appender(
            configuration: log.database,
            registry: log.registry,
            settings: settings,
            logger: log.logger,
            observer: batches
        )
        var receipts: [PendingReceipt] = []
        for index in 0..<12 {
            let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "k\(index)")
            receipts.append(await appender.enqueue(submission))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await appender.run() }
            var positions: [Int64] = []
            for receipt in receipts { positions.append(try await receipt.receipt().position.seq) }
            #expect(positions == Array(1...12))
            group.cancelAll()
        }
        return batches.counts
    }

    @Test func aTransactionEndsWhereItsEventsHaveASize() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.decisions.eventBytes = 500
            let batches = try await append(settings, in: log)
            #expect(batches.reduce(0, +) == 12 && batches.allSatisfy { $0 <= 2 })
        }
    }

    @Test func aTransactionEndsWhereDecidingTakesLong() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.decisions.work = .zero
            let batches = try await append(settings, in: log)
            #expect(batches == [Int](repeating: 1, count: 12))
        }
    }

    /// The server ends a transaction whose next statement does not come. Nothing was sent by then, so that the command
    /// is not tried again and again.
    @Test func aCommandThatDecidesForTooLongIsAnsweredAtOnce() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            (settings.decisions.idle, settings.decisions.aloneIdle) = (.zero, .zero)
            try await log.withAppender(settings) { appender in
                let began = ContinuousClock.now
                let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                let refusal = await #expect(throws: AppendRefusal.self) { try await appender.submit(submission) }
                guard case .unavailable = refusal else {
                    Issue.record("refused as \(String(describing: refusal))")
                    return
                }
                #expect(ContinuousClock.now - began < .seconds(1))
            }
            #expect(try await log.reader.head().seq == 0)
            #expect(AppendFailure(DecisionTimeout(duration: .seconds(2))) == .timeout)
        }
    }

    @Test func aCommandHasMoreTimeToBeDecidedAloneThanInABatch() async throws {
        try await TestLog.with { log in
            var settings = Appender.Settings()
            settings.decisions.idle = .zero
            let batches = try await append(settings, in: log)
            #expect(batches == [Int](repeating: 1, count: 12))
            try await log.withAppender(settings) { appender in
                let submission = try Samples.submission(.placeOrder, Samples.place(), order: UUID())
                #expect(try await appender.submit(submission).position.seq == 13)
            }
        }
    }

    /// Of orders with one tracking number that have no room together, one slice at a time is in memory.
    @Test func aScanKeepsTheBestOfManyLargeOrders() async throws {
        try await TestLog.with { log in
            let orders = (0..<45).map { _ in UUID() }
            var patient = Appender.Settings()
            (patient.stallTimeout, patient.timeout) = (.seconds(60), .seconds(60))
            let settings = patient
            try await log.withAppender(settings) { appender in
                for order in orders {
                    var steps = try Samples.shipped(order, number: "VAN")
                    let placement = Samples.placeLarge().dropLast() + #","terms":"invoice"}"#
                    steps[0] = try Samples.submission(.placeOrder, String(placement), order: order)
                    for submission in steps { _ = try await appender.submit(submission) }
                }
            }
            let scan = try Samples.trackedScan("VAN", scan: "s1")
            let target = try #require(scan.command.scanTarget)
            try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                var kept = BatchOrders(on: connection)
                try await kept.load(orders)
                let loaded = kept.records.count
                #expect(loaded < orders.count && !kept.hasRoom(for: orders))
                #expect(try await kept.bestMatch(for: target, among: orders) == orders.last)
                #expect(kept.records.count == loaded + 1)
            }
            // Another process, whose caches are empty.
            try await log.withAppender(settings) { appender in
                let receipt = try await appender.submit(scan)
                #expect(receipt.orderId == orders.last)
            }
        }
    }

    @Test func stateCacheKeepsNoOrderOfUnknownSize() throws {
        var plan = BatchPlan(
            headSeq: 0,
            recordedAt: Timestamp(unixMicroseconds: 1_800_000_000_000_000),
            epochs: EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)]),
            records: [:],
            known: [:]
        )
        let order = UUID()
        _ = try plan.decide(Samples.submission(.placeOrder, Samples.placeLarge(), order: order)).get()
        let record = try #require(plan.records[order])
        var cache = StateCache()
        cache.insert(record)
        #expect(cache.count == 0)
        let written = try #require(StateWrite([record]).records.first)
        cache.insert(written)
        #expect(cache.record(of: order) != nil)
    }
}
