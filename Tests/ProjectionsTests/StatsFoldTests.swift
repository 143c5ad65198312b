import Foundation
import OrderLog
import Orders
import Testing

@testable import Projections

@Suite struct StatsFoldTests {
    private let order = UUID()

    private func event(
        _ version: Int,
        _ type: String,
        _ before: String?,
        _ status: String,
        at seconds: Int,
        internal: String = "{}"
    ) -> LoggedEvent {
        LoggedEvent(
            seq: Int64(version),
            orderId: order,
            version: version,
            number: "A-1",
            shop: "aurora",
            customer: "c",
            type: type,
            schema: 1,
            statusBefore: before,
            status: status,
            data: nil,
            internal: Array(`internal`.utf8),
            actor: "a",
            commandId: "k",
            correlationId: nil,
            causationId: nil,
            occurredAt: time(seconds),
            recordedAt: time(seconds)
        )
    }

    private func time(_ seconds: Int) -> Timestamp { Timestamp(unixMicroseconds: Int64(seconds) * 1_000_000) }

    @Test func timeInAStatusEndsWithTheNextHeadline() throws {
        var fold = StatsFold([:])
        try fold.add(event(1, "OrderPlaced", nil, "placed", at: 0))
        try fold.add(event(2, "NoteAdded", "placed", "placed", at: 5))
        try fold.add(event(3, "OrderConfirmed", "placed", "preparing", at: 70))
        #expect(fold.sums.statuses == [key("placed"): 0, key("preparing"): 1])
        let visit = fold.sums.durations.first
        #expect(fold.sums.durations.count == 1)
        #expect(visit?.key.status == "placed")
        #expect(visit?.value.milliseconds == 70_000)
        #expect(fold.orders[order]?.since == time(70))
        #expect(fold.sums.minutes.values.map(\.events).sorted() == [1, 2])
        #expect(fold.sums.minutes.values.map(\.placed).reduce(0, +) == 1)
    }

    private func key(_ status: String) -> StatsSums.StatusKey { .init(shop: "aurora", status: status) }

    @Test func attentionLastsUntilTheLastReasonIsGone() throws {
        var fold = StatsFold([:])
        let anomaly = #"{"anomaly":{"code":"overCaptured","message":"m"}}"#
        try fold.add(event(1, "OrderPlaced", nil, "placed", at: 0))
        try fold.add(event(2, "PaymentCaptured", "placed", "placed", at: 1, internal: anomaly))
        try fold.add(event(3, "DeliveryFailed", "placed", "attention", at: 2))
        #expect(fold.orders[order]?.attentionSince == time(1))
        #expect(fold.orders[order]?.anomalies == ["2:overCaptured"])
        #expect(fold.orders[order]?.trouble == "DeliveryFailed")
        try fold.add(
            event(4, "AnomalyResolved", "attention", "attention", at: 3, internal: #"{"version":2,"note":"n"}"#)
        )
        #expect(fold.orders[order]?.anomalies == [])
        #expect(fold.orders[order]?.attentionSince == time(1))
        try fold.add(event(5, "ParcelDelivered", "attention", "delivered", at: 4))
        #expect(fold.orders[order]?.attentionSince == nil)
    }

    @Test func percentilesAreWithinNinePercent() {
        var histogram = DurationHistogram()
        for milliseconds in Int64(1)...10_000 {
            let bucket = DurationHistogram.bucket(milliseconds: milliseconds)
            histogram.add(bucket: bucket, visits: 1, milliseconds: milliseconds)
        }
        for (share, exact) in [(0.5, 5000.0), (0.9, 9000), (0.99, 9900)] {
            #expect(abs(histogram.percentile(share) / exact - 1) < 0.0906)
        }
        #expect(histogram.mean == 5000.5)
        #expect(DurationHistogram().percentile(0.5) == 0)
    }
}
