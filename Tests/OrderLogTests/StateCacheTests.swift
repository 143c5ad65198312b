import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

@Suite struct StateCacheTests {
    private func record(_ orderId: UUID, seq: Int64) -> OrderRecord {
        OrderRecord(order: Order(orderId: orderId), seq: seq, recordedAt: Timestamp(unixMicroseconds: seq))
    }

    @Test func whatIsUsedStaysAndTheRestGoes() {
        var cache = StateCache(capacity: 8 * 768)
        let used = UUID()
        cache.insert(record(used, seq: 1))
        for seq in 2..<100 {
            cache.insert(record(UUID(), seq: Int64(seq)))
            #expect(cache.record(of: used)?.seq == 1)
            #expect(cache.count <= 9)
        }
    }

    @Test func aNewerRecordTakesTheOldOnesPlace() {
        var cache = StateCache(capacity: 4 * 768)
        let order = UUID()
        cache.insert(record(order, seq: 1))
        for seq in 10..<13 { cache.insert(record(UUID(), seq: Int64(seq))) }
        cache.insert(record(order, seq: 2))
        #expect(cache.record(of: order)?.seq == 2)
        cache.removeAll()
        #expect(cache.record(of: order) == nil && cache.head == nil)
    }

    /// Two processes take turns on the same orders: neither may judge by what it remembers from before the other's turn.
    @Test func anotherProcessesEventsAreSeen() async throws {
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

/// What is looked up for the next batch while one is being written must not hide what anybody has done since.
@Suite struct LookAheadTests {
    /// Two processes get the same commands at the same time, each under one id: every one is accepted once, whoever it was.
    @Test func theSameCommandAtTwoProcessesIsAcceptedOnce() async throws {
        try await TestLog.with { log in
            let orders = (0..<40).map { _ in UUID() }
            try await log.withAppender { first in
                try await log.withAppender { second in
                    for order in orders {
                        _ = try await first.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    }
                    try await withThrowingTaskGroup(of: Bool.self) { group in
                        for round in 0..<5 {
                            for order in orders {
                                for appender in [first, second, first] {
                                    group.addTask {
                                        let note = try Samples.submission(
                                            .addNote,
                                            #"{"text":"n","visibility":"staff"}"#,
                                            order: order,
                                            key: "note-\(round)-\(order)"
                                        )
                                        return try await appender.submit(note).replayed
                                    }
                                }
                            }
                        }
                        var fresh = 0
                        for try await replayed in group where !replayed { fresh += 1 }
                        #expect(fresh == 5 * orders.count)
                    }
                }
            }
            let events = try await log.reader.events(after: 0, limit: 1000, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...Int64(6 * orders.count)))
        }
    }

    /// A command that adds no event leaves the log's end where it is; its id is taken all the same.
    @Test func anIdTakenWithoutAnEventIsTaken() async throws {
        try await TestLog.with { log in
            let order = UUID()
            try await log.withAppender { first in
                try await log.withAppender { second in
                    _ = try await first.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    let paid = """
                        {"paymentId":"p","kind":"captured","amount":{"amount":2000,"currency":"EUR"},"providerRef":"r"}
                        """
                    _ = try await first.submit(Samples.submission(.recordPayment, paid, order: order))
                    for turn in 0..<20 {
                        let (one, other) = turn.isMultiple(of: 2) ? (first, second) : (second, first)
                        let again = try Samples.submission(.recordPayment, paid, order: order, key: "again-\(turn)")
                        #expect(try await one.submit(again).events.isEmpty)
                        let taken = try Samples.submission(
                            .addNote,
                            #"{"text":"n","visibility":"staff"}"#,
                            order: order,
                            key: "again-\(turn)",
                            fingerprint: 2
                        )
                        await #expect(throws: AppendRefusal.self) { try await other.submit(taken) }
                    }
                }
            }
        }
    }

    /// The look-ups' connection may go at any time; it costs speed and nothing else.
    @Test func losingConnectionsLosesNothing() async throws {
        try await TestLog.with { log in
            let orders = (0..<30).map { _ in UUID() }
            try await log.withAppender { appender in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for order in orders {
                        group.addTask {
                            _ = try await appender.submit(
                                Samples.submission(.placeOrder, Samples.place(), order: order)
                            )
                            for version in 1..<8 {
                                let note = try Samples.submission(
                                    .addNote,
                                    #"{"text":"n","visibility":"staff"}"#,
                                    order: order,
                                    ifMatch: version
                                )
                                #expect(try await appender.submit(note).version == version + 1)
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<8 { try await log.terminate("waybill appender") }
                    }
                    try await group.waitForAll()
                }
            }
            let events = try await log.reader.events(after: 0, limit: 1000, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...Int64(8 * orders.count)))
        }
    }
}
