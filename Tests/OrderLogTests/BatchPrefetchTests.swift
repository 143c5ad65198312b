import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

/// Rows that are prefetched for the next batch must not hide the commits of other processes.
@Suite struct BatchPrefetchTests {
    /// Two processes get the same commands at the same time, each under one id: each is accepted once, by either of
    /// them.
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

    /// The rows are read before the batch commits, and the cache may have let its orders go by then.
    @Test func ordersOfTheCommittedBatchReplaceThePrefetchedOnes() throws {
        let (order, other) = (UUID(), UUID())
        var prefetch = BatchPrefetch(ofCommands: ["k"], orders: [order])
        let time = Timestamp(unixMicroseconds: 0)
        let records = [order, other].map { OrderRecord(order: Order(orderId: $0), seq: 7, recordedAt: time) }
        prefetch.merge([:], records)
        #expect(prefetch.orderIds == [order])
        #expect(prefetch.orders.mapValues(\.seq) == [order: 7])
    }

    /// A command that adds no event does not move the log's last event, but its id is taken.
    @Test func anIdOfACommandWithoutEventsIsTaken() async throws {
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

    /// Losing the prefetch connection costs speed and nothing else.
    @Test func lostConnectionsLoseNoCommands() async throws {
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
                        for _ in 0..<8 { try await log.terminateConnections(named: "waybill appender") }
                    }
                    try await group.waitForAll()
                }
            }
            let events = try await log.reader.events(after: 0, limit: 1000, scope: .everything).events
            #expect(events.map(\.seq) == Array(1...Int64(8 * orders.count)))
        }
    }
}
