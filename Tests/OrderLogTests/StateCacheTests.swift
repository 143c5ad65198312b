import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

@Suite struct StateCacheTests {
    private func record(_ orderId: UUID, seq: Int64) -> OrderRecord {
        OrderRecord(order: Order(orderId: orderId), seq: seq, recordedAt: Timestamp(unixMicroseconds: seq))
    }

    @Test func usedRecordsStayAndOthersAreDropped() {
        var cache = StateCache(capacityBytes: 8 * 768)
        let used = UUID()
        cache.insert(record(used, seq: 1))
        for seq in 2..<100 {
            cache.insert(record(UUID(), seq: Int64(seq)))
            #expect(cache.record(of: used)?.seq == 1)
            #expect(cache.count <= 9)
        }
    }

    @Test func aNewerRecordReplacesTheOlderOne() {
        var cache = StateCache(capacityBytes: 4 * 768)
        let order = UUID()
        cache.insert(record(order, seq: 1))
        for seq in 10..<13 { cache.insert(record(UUID(), seq: Int64(seq))) }
        cache.insert(record(order, seq: 2))
        #expect(cache.record(of: order)?.seq == 2)
        cache.removeAll()
        #expect(cache.record(of: order) == nil && cache.head == nil)
    }

    @Test func largeOrdersLeaveLessRoomForOthers() {
        let snapshot = StateSnapshot(version: 1, byteCount: 1 << 20)
        var cache = StateCache(capacityBytes: 8 << 20)
        for seq in 0..<100 {
            var record = record(UUID(), seq: Int64(seq))
            record.snapshot = snapshot
            cache.insert(record)
            #expect(cache.count <= 4)
        }
    }

    /// Two processes take turns on the same orders: neither may decide on its cached orders from before the other's
    /// turn.
    @Test func eventsOfAnotherProcessAreSeen() async throws {
        try await TestLog.with { log in
            try await log.withAppender { first in
                try await log.withAppender { second in
                    let orders = (0..<3).map { _ in UUID() }
                    for order in orders {
                        _ = try await first.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    }
                    for turn in 0..<20 {
                        let appender = turn.isMultiple(of: 2) ? second : first
                        for order in orders {
                            let note = try Samples.submission(
                                .addNote,
                                #"{"text":"n","visibility":"staff"}"#,
                                order: order,
                                ifMatch: turn + 1
                            )
                            #expect(try await appender.submit(note).version == turn + 2)
                        }
                    }
                }
            }
        }
    }
}
