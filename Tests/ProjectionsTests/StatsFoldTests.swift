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
        at seconds: Int
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
            internal: Array("{}".utf8),
            actor: "a",
            commandId: "k",
            correlationId: nil,
            causationId: nil,
            occurredAt: time(seconds),
            recordedAt: time(seconds)
        )
    }

    private func time(_ seconds: Int) -> Timestamp { Timestamp(unixMicroseconds: Int64(seconds) * 1_000_000) }

    @Test func timeInAStatusEndsWithTheNextHeadline() {
        var fold = StatsFold([:])
        fold.add(event(1, "OrderPlaced", nil, "placed", at: 0))
        fold.add(event(2, "NoteAdded", "placed", "placed", at: 5))
        fold.add(event(3, "OrderConfirmed", "placed", "preparing", at: 70))
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
