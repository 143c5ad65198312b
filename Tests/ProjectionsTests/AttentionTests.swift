import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    /// The attention queue, which the statistics read from the order list.
    @Suite struct AttentionTests {
        /// The way in which a command changes an order's place in the queue.
        private enum Change {
            case begins, stays, ends, none
        }

        private struct Step {
            let name: CommandName
            let body: String
            let change: Change
            let reasons: [String]

            init(_ name: CommandName, _ body: String = "{}", _ change: Change = .none, _ reasons: [String] = []) {
                self.name = name
                self.body = body
                self.change = change
                self.reasons = reasons
            }
        }

        private static let placed = Step(
            .placeOrder,
            String(Samples.place().dropLast()) + #","terms":"invoice","occurredAt":"2026-01-01T10:00:00Z"}"#
        )

        private static let sent = [
            placed, Step(.confirmOrder), Step(.packParcel, #"{"parcelId":"p","lines":[{"lineId":"l1","quantity":2}]}"#),
            Step(.dispatchParcel, #"{"parcelId":"p","carrier":"dhl"}"#),
        ]

        private static func scan(
            _ code: String,
            at minute: Int,
            _ change: Change = .none,
            _ reasons: [String] = []
        ) -> Step {
            let time = "2026-01-02T10:\(minute):00Z"
            let body = #"{"parcelId":"p","scanId":"s\#(minute)","code":"\#(code)","occurredAt":"\#(time)"}"#
            return Step(.recordScan, body, change, reasons)
        }

        private static func payment(
            _ kind: String,
            _ amount: Int,
            currency: String = "EUR",
            _ change: Change = .none,
            _ reasons: [String] = []
        ) -> Step {
            let money = #"{"amount":\#(amount),"currency":"\#(currency)"}"#
            let body = #"{"paymentId":"\#(kind)-\#(amount)","kind":"\#(kind)","amount":\#(money),"providerRef":"r"}"#
            return Step(.recordPayment, body, change, reasons)
        }

        private static let lower = """
            {"adjustmentId":"a","amount":{"amount":500,"currency":"EUR"},"direction":"lower","reason":"other"}
            """

        /// Runs an order's story, and compares the queue and the list with what each step says.
        private func run(_ steps: [Step]) async throws {
            try await ModelBench.with { bench in
                let order = UUID()
                try await bench.withProjector(batchLimit: 2) { _ in
                    try await bench.log.withAppender { appender in
                        var since: Timestamp?
                        for step in steps {
                            let receipt = try await appender.submit(
                                Samples.submission(step.name, step.body, order: order)
                            )
                            #expect(try await bench.areCaughtUp())
                            let stats = try await bench.reader.stats(shops: ["aurora"])
                            let found = stats.attention.first
                            switch step.change {
                            case .begins: since = try await recordedAt(receipt.version, of: order, in: bench)
                            case .stays: break
                            case .ends, .none: since = nil
                            }
                            let comment = Comment(rawValue: "\(step.name) \(step.body)")
                            #expect(found?.since == since, comment)
                            #expect(found?.reasons ?? [] == step.reasons, comment)
                            #expect(stats.attentionCount == (step.reasons.isEmpty ? 0 : 1), comment)
                            #expect(found?.orderId == (step.reasons.isEmpty ? nil : order), comment)
                            #expect(found == nil || found?.status == receipt.status, comment)
                            #expect(try await listed(["aurora"], bench).count == stats.attentionCount, comment)
                        }
                    }
                }
                let differences = try await ReplayBench(bench: bench).differences("orders")
                #expect(differences == [])
            }
        }

        private func recordedAt(_ version: Int, of order: UUID, in bench: ModelBench) async throws -> Timestamp? {
            let rows = try await bench.log.pool.query(
                "select recorded_at from events where order_id = $1 and version = $2",
                [order, Int32(version)]
            )
            return try rows.first.map { Timestamp(try $0.get("recorded_at", as: PostgresTimestamp.self)) }
        }

        /// The orders that the list's filter finds.
        private func listed(_ shops: [String]?, _ bench: ModelBench) async throws -> [Order] {
            var request = OrderListRequest(scope: ReadScope(shops: shops))
            request.attention = true
            request.limit = 1000
            return try await bench.reader.orders(request).orders.map(\.order)
        }

        @Test func aParcelsProblemLastsUntilTheNextScan() async throws {
            try await run(
                Self.sent + [
                    Self.scan("attemptFailed", at: 10, .begins, ["DeliveryFailed"]),
                    Step(.addNote, #"{"text":"n","visibility":"staff"}"#, .stays, ["DeliveryFailed"]),
                    Self.scan("exception", at: 11, .stays, ["ParcelScanned"]),
                    Self.scan("inTransit", at: 12, .ends),
                    Step(.retractScan, #"{"parcelId":"p","scanId":"s12","reason":"x"}"#, .begins, ["ParcelScanned"]),
                    Self.scan("delivered", at: 13, .ends),
                ]
            )
        }

        @Test func aLossLastsUntilSomethingIsPacked() async throws {
            try await run(
                Self.sent + [
                    Self.scan("lost", at: 10, .begins, ["ParcelLost"]),
                    Step(.packParcel, #"{"parcelId":"q","lines":[{"lineId":"l1","quantity":1}]}"#, .ends),
                ]
            )
        }

        @Test func aShortageOfAnOrderOnHoldIsInTheQueue() async throws {
            let shortage =
                #"{"claimId":"c","parcelId":"p","lines":[{"lineId":"l1","quantity":1}],"kind":"missing"}"#
            try await run(
                Self.sent + [
                    Self.scan("delivered", at: 10),
                    Step(.holdOrder, #"{"holdId":"h","reason":"address"}"#),
                    Step(.reportShortage, shortage, .begins, ["shortage"]),
                    Step(.releaseHold, #"{"holdId":"h"}"#, .stays, ["shortage"]),
                    Step(.packParcel, #"{"parcelId":"q","lines":[{"lineId":"l1","quantity":1}]}"#, .ends),
                ]
            )
        }

        @Test func aRefundThatIsOwedLastsUntilItIsPaid() async throws {
            try await run([
                Self.placed, Self.payment("captured", 2000),
                Step(.adjustTotal, Self.lower, .begins, ["refundOwed"]),
                Self.payment("captured", 100, .stays, ["overCaptured", "refundOwed"]),
                Step(.resolveAnomaly, #"{"version":4,"note":"n"}"#, .stays, ["refundOwed"]),
                Self.payment("refunded", 600, .ends),
            ])
        }

        @Test func anAnomalyLastsUntilItIsResolved() async throws {
            try await run([
                Self.placed, Self.payment("captured", 1, currency: "USD", .begins, ["currencyMismatch"]),
                Self.payment("captured", 2, currency: "USD", .stays, ["currencyMismatch", "currencyMismatch"]),
                Step(.resolveAnomaly, #"{"version":2,"note":"n"}"#, .stays, ["currencyMismatch"]),
                Step(.resolveAnomaly, #"{"version":3,"note":"n"}"#, .ends),
                Self.payment("captured", 3, currency: "USD", .begins, ["currencyMismatch"]),
            ])
        }

        @Test func aCancelledOrderThatOwesARefundIsInTheQueue() async throws {
            try await run([
                Self.placed, Self.payment("captured", 2000),
                Step(.cancelOrder, #"{"reason":"customer"}"#, .begins, ["refundOwed"]),
                Self.payment("refunded", 2000, .ends),
            ])
        }

        @Test func aWriteOffEndsAttentionUntilTheOrderIsReopened() async throws {
            try await run(
                Self.sent + [
                    Self.scan("delivered", at: 10), Self.payment("captured", 2000),
                    Step(.adjustTotal, Self.lower, .begins, ["refundOwed"]),
                    Step(.closeOrder, #"{"writeOff":"goodwill"}"#, .ends),
                    Step(.reopenOrder, #"{"reason":"x"}"#, .begins, ["refundOwed"]),
                ]
            )
        }

        @Test func unitsThatComeBackAfterTheCloseAreAReason() async throws {
            try await ModelBench.with { bench in
                let order = UUID()
                let steps =
                    Self.sent + [
                        Self.payment("captured", 2000), Self.scan("delivered", at: 10), Step(.closeOrder),
                        Self.scan("returning", at: 11), Self.scan("lost", at: 12),
                    ]
                try await bench.log.withAppender { appender in
                    for step in steps {
                        _ = try await appender.submit(Samples.submission(step.name, step.body, order: order))
                    }
                }
                try await bench.catchUp()
                let reasons = try await bench.reader.stats(shops: nil).attention.first?.reasons ?? []
                #expect(reasons.starts(with: ["ParcelLost", "closedWithUnits"]))
                try await bench.log.withAppender { appender in
                    _ = try await appender.submit(Samples.submission(.reopenOrder, #"{"reason":"x"}"#, order: order))
                }
                try await bench.catchUp()
                let reopened = try await bench.reader.stats(shops: nil).attention.first?.reasons ?? []
                #expect(reopened == reasons.filter { $0 != "closedWithUnits" })
            }
        }

        @Test(arguments: [1, 2, 3]) func queueListAndLogAgree(seed: UInt64) async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: seed, orders: 40, commands: 600, on: appender)
                }
                try await bench.catchUp()
                let since = try await attentionTimes(bench)
                #expect(since.count > 3 && since.count < 40)
                var found: [UUID: Timestamp] = [:]
                for shops in [nil, ["aurora"], ["nordwind"], ["aurora", "nordwind", "aurora"]] as [[String]?] {
                    let stats = try await bench.reader.stats(shops: shops)
                    let orders = try await listed(shops, bench)
                    #expect(stats.attentionCount == orders.count)
                    let newest = orders.sorted { left, right in
                        let times = (since[left.orderId] ?? .earliest, since[right.orderId] ?? .earliest)
                        return times.0 == times.1
                            ? left.orderId.uuidString > right.orderId.uuidString : times.0 > times.1
                    }
                    #expect(stats.attention.map(\.orderId) == newest.prefix(20).map(\.orderId))
                    #expect(stats.attention.map(\.reasons) == newest.prefix(20).map(\.attentionWords))
                    let some = try await bench.reader.stats(shops: shops, attentionLimit: 3)
                    #expect(some.attention.map(\.orderId) == newest.prefix(3).map(\.orderId))
                    #expect(some.attentionCount == orders.count)
                    for entry in stats.attention { found[entry.orderId] = entry.since }
                }
                #expect(found.allSatisfy { since[$0.key] == $0.value })
            }
        }

        /// The time since which each order needs attention, from the log: the beginning of the last run of versions
        /// that need it.
        private func attentionTimes(_ bench: ModelBench) async throws -> [UUID: Timestamp] {
            let rows = try await bench.log.pool.query("select \(LoggedEvent.columns) from events order by seq")
            let events = Dictionary(grouping: try LoggedEvent.decode(rows), by: \.orderId)
            return try events.compactMapValues { events in
                var order = Order(orderId: events[0].orderId)
                let needs = try events.map { event in
                    try order.replay(event)
                    return !order.attentionReasons.isEmpty
                }
                let run = needs.reversed().prefix { $0 }.count
                return run == 0 ? nil : events[events.count - run].recordedAt
            }
        }
    }
}
