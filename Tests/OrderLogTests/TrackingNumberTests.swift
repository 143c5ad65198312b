import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct TrackingNumberTests {
    private func plan() -> BatchPlan {
        BatchPlan(
            headSeq: 0,
            recordedAt: Timestamp(unixMicroseconds: 1_800_000_000_000_000),
            epochs: EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)]),
            records: [:],
            known: [:]
        )
    }

    @discardableResult
    private func run(_ submissions: [Submission], in plan: inout BatchPlan) throws -> [CommandReceipt] {
        try submissions.map { try plan.decide($0).get() }
    }

    // MARK: In one batch

    @Test func scanFindsTheNumberThatTheSameBatchGave() throws {
        var plan = plan()
        let order = UUID()
        try run(Samples.shipped(order, number: "JD-01 4a"), in: &plan)
        let receipt = try plan.decide(Samples.trackedScan("jd014A", scan: "s1")).get()
        #expect(receipt.orderId == order)
        #expect(receipt.events.map(\.type) == ["ParcelScanned"])
        #expect(plan.trackingNumbers.map(\.key) == [TrackingKey(shop: "aurora", number: "JD014A")])
        #expect(plan.trackingNumbers.map(\.orderId) == [order])
        #expect(plan.trackingNumbers.map(\.seq) == [4])
    }

    @Test func numberOfAnotherShopIsUnknown() throws {
        var plan = plan()
        try run(Samples.shipped(UUID(), number: "T1", shop: "nordwind"), in: &plan)
        guard case .failure(.unknownTrackingNumber) = try plan.decide(Samples.trackedScan("T1", scan: "s1")) else {
            Issue.record("the parcel of another shop was found")
            return
        }
        #expect(try plan.decide(Samples.trackedScan("T1", scan: "s1", shop: "nordwind")).get().events.count == 1)
    }

    @Test func formerNumberStillFindsItsParcel() throws {
        var plan = plan()
        let order = UUID()
        try run(Samples.shipped(order, number: "OLD1"), in: &plan)
        let change = #"{"parcelId":"p","carrier":"dhl","trackingNumber":"NEW1"}"#
        try run([Samples.submission(.setTracking, change, order: order)], in: &plan)
        for (number, scan) in [("old1", "s1"), ("new1", "s2")] {
            #expect(try plan.decide(Samples.trackedScan(number, scan: scan)).get().orderId == order)
        }
        #expect(plan.trackingNumbers.map(\.key.number) == ["OLD1", "NEW1"])
    }

    @Test func scanOfARecycledNumberGoesToTheParcelUnderWay() throws {
        var plan = plan()
        let (first, second) = (UUID(), UUID())
        try run(Samples.shipped(first, number: "R1", placedAt: "2026-01-01T10:00:00Z"), in: &plan)
        let delivered = try Samples.trackedScan("R1", scan: "d1", code: "delivered", at: "2026-01-05T10:00:00Z")
        #expect(try plan.decide(delivered).get().orderId == first)
        try run(Samples.shipped(second, number: "R1", placedAt: "2026-06-01T10:00:00Z"), in: &plan)
        let later = try Samples.trackedScan("R1", scan: "s1", at: "2026-06-02T10:00:00Z")
        #expect(try plan.decide(later).get().orderId == second)
        // The parcel that knows the scan gets it again, and has nothing to add.
        let again = try plan.decide(
            Samples.trackedScan("R1", scan: "d1", code: "delivered", at: "2026-01-05T10:00:00Z")
        ).get()
        #expect(again.orderId == first)
        #expect(again.events.isEmpty)
    }

    @Test func repetitionIsAnsweredByItsIdAlthoughTheNumberMoved() throws {
        var plan = plan()
        let (first, second) = (UUID(), UUID())
        try run(Samples.shipped(first, number: "M1", placedAt: "2026-01-01T10:00:00Z"), in: &plan)
        let scan = try Samples.trackedScan("M1", scan: "s1", key: "k")
        let receipt = try plan.decide(scan).get()
        try run(Samples.shipped(second, number: "M1", placedAt: "2026-06-01T10:00:00Z"), in: &plan)
        let again = try plan.decide(scan).get()
        #expect(again.replayed)
        #expect(again.orderId == first)
        #expect(again.events == receipt.events)
    }

    @Test func idOfAnotherCommandIsRefusedBeforeTheNumberIsLookedUp() throws {
        var plan = plan()
        try run([Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "k")], in: &plan)
        let scan = try Samples.trackedScan("NOBODY", scan: "s1", key: "k", fingerprint: 2)
        guard case .failure(.commandIdReused) = plan.decide(scan) else {
            Issue.record("the id was not looked up")
            return
        }
    }

    @Test func expectedVersionIsThatOfTheFoundOrder() throws {
        var plan = plan()
        try run(Samples.shipped(UUID(), number: "V1"), in: &plan)
        let scan = try Samples.trackedScan("V1", scan: "s1", ifMatch: 3)
        guard case .failure(.versionMismatch(current: 4)) = plan.decide(scan) else {
            Issue.record("another version was accepted")
            return
        }
    }

    // MARK: In the log

    @Test func scanFindsWhatEarlierBatchesCommitted() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { appender in
                for submission in try Samples.shipped(order, number: "c 1") {
                    _ = try await appender.submit(submission)
                }
            }
            // Another process, whose caches are empty.
            try await log.withAppender { appender in
                let receipt = try await appender.submit(Samples.trackedScan("C-1", scan: "s1"))
                #expect(receipt.orderId == order)
                await #expect(throws: AppendRefusal.self) {
                    try await appender.submit(Samples.trackedScan("C-2", scan: "s1"))
                }
            }
        }
    }

    @Test func numberOfEveryParcelFindsItsNewestOrdersAlone() async throws {
        try await TestLog.with { log in
            let orders = (0..<TrackingNumberTable.limit + 6).map { _ in UUID() }
            try await log.withAppender { appender in
                for order in orders {
                    for submission in try Samples.shipped(order, number: "VAN") {
                        _ = try await appender.submit(submission)
                    }
                }
            }
            let query = TrackingNumberTable.find([TrackingKey(shop: "aurora", number: "VAN")])
            let found = try TrackingNumberTable.decode(try await log.pool.query(query.sql, query.bindings))
            #expect(found.values.first == orders.suffix(TrackingNumberTable.limit).reversed())
        }
    }

    @Test func rebuildMakesTheTableFromTheLog() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { appender in
                for submission in try Samples.shipped(order, number: "b-1") {
                    _ = try await appender.submit(submission)
                }
                let change = #"{"parcelId":"p","trackingNumber":"b2 é"}"#
                _ = try await appender.submit(Samples.submission(.setTracking, change, order: order))
            }
            try await PostgresConnection.with(log.database, logger: log.logger) { owner in
                let rebuild = "select tracking_numbers_rebuild() as wrong"
                let table = "select seq, number_key from tracking_numbers order by seq"
                func wrong() async throws -> Int64? {
                    try await owner.query(rebuild).first?.get("wrong", as: Int64.self)
                }
                let written = try await owner.query(table).map { try $0.get("number_key", as: String.self) }
                #expect(written == ["B1", "B2"])
                #expect(try await wrong() == 0)
                try await owner.query("delete from tracking_numbers where number_key = 'B1'")
                try await owner.query("insert into tracking_numbers values (9, gen_random_uuid(), 'aurora', 'X')")
                #expect(try await wrong() == 2)
                #expect(try await owner.query(table).map { try $0.get("number_key", as: String.self) } == written)
            }
        }
    }

    @Test(arguments: ["1z 999-AA1", "ß0ıİé", "--", "", "ABC\u{FF11}9", "a_b"])
    func databaseComparesNumbersAsTheDomainDoes(number: String) async throws {
        try await TestLog.with { log in
            let rows = try await log.pool.query("select tracking_number_key($1) as key", [number])
            #expect(try rows.first?.get("key", as: String?.self) == TrackingNumber.key(number))
        }
    }

    // MARK: Anomalies in receipts

    @Test func receiptNamesTheAnomalyAlsoWhenItIsRepeated() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let report = """
                {"paymentId":"m1","kind":"captured","amount":{"amount":9999,"currency":"EUR"},"providerRef":"r"}
                """
            let capture = try Samples.submission(.recordPayment, report, order: order, key: "capture")
            let first = try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                return try await appender.submit(capture)
            }
            #expect(first.events.map(\.anomaly) == ["overCaptured"])
            let again = try await log.withAppender { try await $0.submit(capture) }
            #expect(again.replayed)
            #expect(again.events == first.events)
        }
    }
}
