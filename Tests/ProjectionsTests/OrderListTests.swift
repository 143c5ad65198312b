import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import Testing

@testable import Projections

extension ReadModelTests {
    @Suite struct OrderListTests {
        @Test func onlyTheBytesOfACursorReadAsACursor() throws {
            let cursor = OrderListCursor(placedAt: Timestamp(unixMicroseconds: 1_767_225_600_000_001), orderId: UUID())
            #expect(OrderListCursor(bytes: cursor.bytes) == cursor)
            #expect(OrderListCursor(bytes: Array(cursor.bytes.dropLast())) == nil)
            #expect(OrderListCursor(bytes: cursor.bytes + [0]) == nil)
            var otherLayout = cursor.bytes
            otherLayout[0] = 2
            #expect(OrderListCursor(bytes: otherLayout) == nil)
            var outOfTime = cursor.bytes
            outOfTime[1] = 0x7F
            #expect(OrderListCursor(bytes: outOfTime) == nil)
        }

        @Test func eachPageBeginsWhereTheLastOneEnded() async throws {
            try await ModelBench.with { bench in
                try await placed(25, bench)
                for shops in [nil, ["aurora"], ["aurora", "nordwind"]] as [[String]?] {
                    var request = OrderListRequest(scope: ReadScope(shops: shops))
                    request.limit = 4
                    var seen: [StoredOrder] = []
                    while true {
                        let page = try await bench.reader.orders(request)
                        #expect(page.position.seq == 25)
                        seen += page.orders
                        guard let next = page.next else { break }
                        #expect(page.orders.count == 4)
                        request.cursor = next
                    }
                    let ids = seen.map(\.order.orderId)
                    #expect(Set(ids).count == ids.count)
                    #expect(ids.count == (shops == ["aurora"] ? 16 : 25))
                    #expect(zip(seen, seen.dropFirst()).allSatisfy { newerFirst($0.order, $1.order) })
                }
            }
        }

        /// A connection keeps a bounded number of prepared statements, and callers choose limits.
        @Test func pagesOfAllSizesShareAStatement() {
            for shops in [nil, ["aurora"], ["aurora", "nordwind"]] as [[String]?] {
                let lists = [1, 100, 1000].map { limit in
                    var request = OrderListRequest(scope: ReadScope(shops: shops))
                    request.limit = limit
                    return OrderListStatement(request).query.sql
                }
                #expect(Set(lists).count == 1)
                #expect(Set([1, 100, 1000].map { AttentionQueue.newest(shops: shops, limit: $0).sql }).count == 1)
            }
        }

        @Test func thePlannersSwitchesGoBackAfterEachRead() async throws {
            try await ModelBench.with { bench in
                let settings = PostgresQuery(
                    """
                    select concat_ws(' ', current_setting('enable_sort'), current_setting('enable_bitmapscan'),
                        current_setting('plan_cache_mode'), pg_backend_pid()) as settings
                    """
                )
                func read(_ queries: [PostgresQuery], _ switches: [PlannerSwitch] = []) async throws -> [String] {
                    try await bench.reader.read(queries, switches: switches).results.map {
                        try $0.first?.get("settings", as: String.self) ?? ""
                    }
                }
                let usual = try await read([settings])
                #expect(usual.first?.hasPrefix("on off force_custom_plan ") == true)
                let all: [PlannerSwitch] = [.bitmapScans, .orderedIndex, .keptPlan]
                #expect(try await read([settings], all).first?.hasPrefix("off on force_generic_plan ") == true)
                #expect(try await read([settings]) == usual)
                await #expect(throws: PostgresError.self) {
                    try await read([settings, PostgresQuery("select 1 / 0 as settings")], all)
                }
                #expect(try await read([settings]) == usual)
            }
        }

        @Test func aCarriersOrdersAreCountedForTheFirstPageAlone() async throws {
            try await ModelBench.with { bench in
                try await placed(3, bench)
                var request = OrderListRequest(scope: .everything)
                request.carrier = "DHL"
                // Alone it needs no count.
                _ = try await bench.reader.orders(request)
                #expect(bench.reader.carriers.isRare("dhl") == nil)
                request.statuses = ["delivered"]
                _ = try await bench.reader.orders(request)
                #expect(bench.reader.carriers.isRare("dhl") == true)
                bench.reader.carriers.set("dhl", isRare: false)
                _ = try await bench.reader.orders(request)
                #expect(bench.reader.carriers.isRare("dhl") == false)
            }
        }

        private func newerFirst(_ left: Order, _ right: Order) -> Bool {
            left.placedAt != right.placedAt
                ? left.placedAt > right.placedAt : left.orderId.uuidString > right.orderId.uuidString
        }

        /// Places orders, every third in nordwind, the others in aurora, two at each moment.
        private func placed(_ count: Int, _ bench: ModelBench) async throws {
            try await bench.log.withAppender { appender in
                for index in 0..<count {
                    let shop = index.isMultiple(of: 3) ? "nordwind" : "aurora"
                    let time = "2026-01-01T00:00:\(10 + index / 2)Z"
                    let body = Samples.place(shop: shop).dropLast() + #","occurredAt":"\#(time)"}"#
                    _ = try await appender.submit(Samples.submission(.placeOrder, String(body), order: UUID()))
                }
            }
            try await bench.catchUp()
        }

        @Test func everyCombinationOfFiltersFindsTheMatchingOrders() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 21, orders: 30, commands: 500, on: appender)
                }
                try await bench.catchUp()
                var everything = OrderListRequest(scope: .everything)
                everything.limit = 1000
                let all = try await bench.reader.orders(everything).orders.map(\.order)
                #expect(all.count == 30)
                var matched = 0
                for request in combinations() {
                    let found = try await bench.reader.orders(request).orders.map(\.order.orderId)
                    let expected = all.filter { request.finds($0) }.map(\.orderId)
                    #expect(found == expected)
                    matched += expected.count
                }
                #expect(matched > 100)
            }
        }

        private func combinations() -> [OrderListRequest] {
            var requests: [OrderListRequest] = []
            for shops in [nil, ["aurora"], ["aurora", "nordwind"]] as [[String]?] {
                for customer in [nil, "cust-1"] as [String?] {
                    for statuses in [[], ["attention"], ["onHold", "preparing", "delivered"]] {
                        for attention in [nil, true, false] as [Bool?] {
                            for carrier in [nil, "dhl", "DHL", #"a "carrier", {\odd}"#] as [String?] {
                                var request = OrderListRequest(scope: ReadScope(shops: shops, customer: customer))
                                request.statuses = statuses
                                request.attention = attention
                                request.carrier = carrier
                                request.limit = 1000
                                requests.append(request)
                            }
                        }
                    }
                }
            }
            return requests
        }

        @Test func numbersTrackingNumbersAndTimesFindExactlyTheirOrders() async throws {
            try await ModelBench.with { bench in
                try await bench.log.withAppender { appender in
                    try await History.run(seed: 31, orders: 20, commands: 400, on: appender)
                }
                try await bench.catchUp()
                let everything = OrderListRequest(scope: .everything)
                let all = try await bench.reader.orders(everything).orders.map(\.order)
                var tracked = 0
                for order in all {
                    for tracking in order.trackingKeys {
                        var request = everything
                        request.trackingNumber = tracking
                        #expect(try await bench.reader.orders(request).orders.map(\.order.orderId) == [order.orderId])
                        request.number = "another"
                        #expect(try await bench.reader.orders(request).orders.isEmpty)
                        tracked += 1
                    }
                }
                #expect(tracked > 0)
                var request = everything
                request.number = "A-1"
                #expect(try await bench.reader.orders(request).orders.count == all.count)
                // The end of one range is the beginning of the next: each order lies in one of them.
                request.placedAfter = all[15].placedAt
                #expect(try await bench.reader.orders(request).orders.map(\.order.orderId) == all[...15].map(\.orderId))
                request.placedAfter = nil
                request.placedBefore = all[15].placedAt
                #expect(try await bench.reader.orders(request).orders.map(\.order.orderId) == all[16...].map(\.orderId))
            }
        }

        @Test func ordersAreFoundByFormerNumbersAndThoseOfReturns() async throws {
            try await ModelBench.with { bench in
                let order = UUID()
                try await bench.log.withAppender { appender in
                    for submission in try Samples.shipped(order, number: "jd-01") {
                        _ = try await appender.submit(submission)
                    }
                    let steps: [(CommandName, String)] = [
                        (.setTracking, #"{"parcelId":"p","carrier":"UPS","trackingNumber":"1z 02"}"#),
                        (.endParcel, #"{"parcelId":"p","scanId":"e","outcome":"delivered","reason":"x"}"#),
                        (.requestReturn, #"{"returnId":"r","lines":[{"lineId":"l1","quantity":1}],"reason":"x"}"#),
                        (.setTracking, #"{"returnId":"r","carrier":"Hermes","trackingNumber":"H 03"}"#),
                    ]
                    for (name, body) in steps {
                        _ = try await appender.submit(Samples.submission(name, body, order: order))
                    }
                }
                try await bench.catchUp()
                for (carrier, number) in [("dhl", "JD01"), ("ups", "1Z02"), ("HERMES", "H03")] {
                    var request = OrderListRequest(scope: .everything)
                    request.trackingNumber = number
                    request.carrier = carrier
                    #expect(try await bench.reader.orders(request).orders.map(\.order.orderId) == [order])
                }
            }
        }

        @Test func arrayTextEscapesQuotesAndBackslashes() {
            #expect(ArrayText.encode([]) == "{}")
            #expect(ArrayText.encode(["a", #"b"c\d, {e}"#]) == #"{"a","b\"c\\d, {e}"}"#)
        }
    }
}
