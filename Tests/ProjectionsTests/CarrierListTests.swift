import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    /// The orders of a carrier in the order list.
    @Suite struct CarrierListTests {
        private static let odd = #"a "carrier", {\odd}"#

        @Test(arguments: [true, false]) func pagesOfACarrierAreThoseOfThePlainFilter(isRare: Bool) async throws {
            try await ModelBench.with { bench async throws in
                let all = try await shipped(40, bench)
                for carrier in ["dhl", "ups", Self.odd] { bench.reader.carriers.set(carrier, isRare: isRare) }
                var matched = 0
                for request in combinations(all) {
                    let expected = all.filter { request.finds($0) }.map(\.orderId)
                    #expect(try await pages(request, bench) == expected)
                    matched += expected.count
                }
                #expect(matched > 500)
            }
        }

        @Test func eachSearchFindsTheSameOrders() async throws {
            try await ModelBench.with { bench async throws in
                let all = try await shipped(40, bench)
                for request in combinations(all) {
                    var found: Set<[UUID?]> = []
                    for search in [CarrierSearch.walked, .inverted, .filtered] {
                        let statement = OrderListStatement(request, carrierSearch: search)
                        let read = try await bench.reader.read([statement.query], switches: statement.switches)
                        found.insert(try read.results[0].map { try $0.get("order_id", as: UUID?.self) })
                    }
                    #expect(found.count == 1)
                }
            }
        }

        @Test func aPageReadsNoMoreThanItsOrders() async throws {
            try await ModelBench.with { bench async throws in
                let requests = wideRequests(carrier: "dhl") + wideRequests(carrier: nil)
                // Plans that are kept are of a time when the tables were empty.
                for (request, _) in requests { #expect(try await rowsRead(for: request, bench) == []) }
                // The newest 20,000 of 30,000 orders have no carrier.
                try await bench.script(
                    """
                    insert into order_list_keys (
                        order_id, placed_at, model_version, attention, attention_reasons, shop, customer, number, status,
                        carriers, tracking_numbers)
                    select gen_random_uuid(), '2026-01-01T00:00:00Z'::timestamptz + i * interval '1 minute', 1, false, '{}',
                        'shop' || i % 4, 'c', 'n', 'preparing', case when i > 10000 then '{}' else '{dhl}' end::text[], '{}'
                    from generate_series(1, 30000) i;
                    insert into order_list_by_carrier (carrier, shop, placed_at, order_id, model_version)
                    select unnest(carriers), shop, placed_at, order_id, model_version from order_list_keys;
                    """
                )
                for statistics in ["select 1", "vacuum analyze order_list_keys, order_list_by_carrier"] {
                    try await bench.script(statistics)
                    for (request, expected) in requests {
                        let read = try await rowsRead(for: request, bench)
                        #expect(read.map(\.table) == expected.map(\.table))
                        // The planner may look at the ends of an index.
                        let isNear = zip(read, expected).allSatisfy { ($1.rows...$1.rows + 8).contains($0.rows) }
                        #expect(isNear, "read \(read) instead of \(expected) with \(statistics)")
                    }
                }
            }
        }

        @Test func aListOfAFormerLayoutIsReadWithoutTheTable() async throws {
            try await ModelBench.with { bench async throws in
                let all = try await shipped(30, bench)
                let requests = combinations(all)
                let replays = ReplayBench(bench: bench)
                // As a former version of Waybill leaves it, and this one begins to follow.
                try await bench.script(
                    """
                    update projections set layout = 2 where name = 'orders';
                    delete from order_list_by_carrier where shop <> 'nordwind';
                    """
                )
                for isRare in [true, false] {
                    for carrier in ["dhl", "ups", Self.odd] { bench.reader.carriers.set(carrier, isRare: isRare) }
                    for request in requests {
                        #expect(try await pages(request, bench) == all.filter { request.finds($0) }.map(\.orderId))
                    }
                }
                let counts = ModelBench(
                    log: bench.log,
                    reader: ReadModelReader(pool: bench.reader.pool, registry: bench.log.registry)
                )
                var request = OrderListRequest(scope: .everything)
                request.carrier = "dhl"
                _ = try await counts.reader.orders(request)
                #expect(counts.reader.carriers.isRare("dhl") == true)
                await LayoutUpgrade(replay: replays.replay(), logger: bench.log.logger).run()
                #expect(try await replays.version("orders") == 2)
                #expect(try await replays.differences("orders") == [])
                for request in requests {
                    #expect(try await pages(request, bench) == all.filter { request.finds($0) }.map(\.orderId))
                }
            }
        }

        @Test func aCarrierThatIsGoneFindsItsOrderNoMore() async throws {
            try await ModelBench.with { bench async throws in
                let order = UUID()
                let replays = ReplayBench(bench: bench)
                let rows = "select carrier, shop, placed_at, order_id from order_list_by_carrier"
                let found = try await bench.log.withAppender { appender in
                    var found: [String] = []
                    for step in try Samples.shipped(order, number: "N 1") { _ = try await appender.submit(step) }
                    for carrier in ["UPS", "hermes", "DHL", "gls"] {
                        try await bench.catchUp()
                        found.append(try await bench.text("select carrier from order_list_by_carrier"))
                        let tracking = #"{"parcelId":"p","carrier":"\#(carrier)","trackingNumber":"N 1"}"#
                        _ = try await appender.submit(Samples.submission(.setTracking, tracking, order: order))
                    }
                    return found
                }
                try await bench.catchUp()
                #expect(found == ["(dhl)", "(ups)", "(hermes)", "(dhl)"])
                #expect(try await replays.differences("orders") == [])
                let followed = try await bench.text(rows)
                #expect(followed.contains("gls"))
                // A replay writes after each event, so that it deletes what it has written.
                try await replays.replay {
                    $0.chunk = 1
                    $0.dirtyOrders = 1
                }.run("orders")
                #expect(try await bench.text(rows) == followed)
                #expect(try await replays.differences("orders") == [])
            }
        }

        @Test func verifyFindsMissingAndStrayCarriers() async throws {
            try await ModelBench.with { bench async throws in
                let all = try await shipped(12, bench)
                let replays = ReplayBench(bench: bench)
                let before = try await replays.rows("orders")
                let order = try #require(all.first { $0.carriers.count == 2 })
                let (missing, stray) = (order.orderId.uuidString.lowercased(), "ffffffff-0000-4000-8000-000000000001")
                let carriers = OrderKeys(order, attentionSince: nil).carriers
                try await bench.script(
                    """
                    delete from order_list_by_carrier where order_id = '\(missing)' and carrier = '\(carriers[0])';
                    insert into order_list_by_carrier (carrier, shop, placed_at, order_id, model_version)
                    select 'none', shop, placed_at, order_id, 1 from order_list_keys where order_id = '\(missing)';
                    insert into order_list_by_carrier values ('dhl', 'aurora', now(), '\(stray)', 1);
                    """
                )
                let left = FieldText.of(Array(carriers.dropFirst()))
                #expect(
                    Set(try await replays.differences("orders")) == [
                        "orders: order \(missing) order_list_by_carrier: stored \(left), expected \(FieldText.of(carriers))",
                        "orders: order \(missing) order_list_by_carrier: stored none, expected nothing",
                        "orders: order \(stray) order_list_by_carrier: stored dhl, expected nothing",
                    ]
                )
                try await replays.replay().run("orders")
                #expect(try await replays.differences("orders") == [])
                #expect(try await replays.rows("orders") == before)
            }
        }
    }
}

extension ReadModelTests.CarrierListTests {
    /// Places orders, two at each moment, every third in nordwind, and sends most of them by one or two carriers.
    ///
    /// - Returns: all orders as the list has them, newest first.
    private func shipped(_ count: Int, _ bench: ModelBench) async throws -> [Order] {
        let carriers = ["dhl", "UPS", "dhl", #"a \"carrier\", {\\odd}"#, "Dhl"]
        try await bench.log.withAppender { appender in
            for index in 0..<count {
                let (order, shop) = (UUID(), index.isMultiple(of: 3) ? "nordwind" : "aurora")
                let time = "2026-01-01T00:00:\(10 + index / 2)Z"
                let steps = try Samples.shipped(order, number: "N\(index)", shop: shop, placedAt: time)
                for submission in steps.prefix(1 + index % 5) { _ = try await appender.submit(submission) }
                guard index % 5 >= 3 else { continue }
                let carrier = carriers[index / 5 % carriers.count]
                let tracking = #"{"parcelId":"p","carrier":"\#(carrier)","trackingNumber":"M\#(index)"}"#
                _ = try await appender.submit(Samples.submission(.setTracking, tracking, order: order))
                guard index % 2 == 0 else { continue }
                let scan = #"{"parcelId":"p","scanId":"s","code":"delivered","occurredAt":"2026-01-02T00:00:00Z"}"#
                _ = try await appender.submit(Samples.submission(.recordScan, scan, order: order))
            }
        }
        try await bench.catchUp()
        var everything = OrderListRequest(scope: .everything)
        everything.limit = 1000
        let all = try await bench.reader.orders(everything).orders.map(\.order)
        #expect(all.count == count)
        return all
    }

    private func combinations(_ all: [Order]) -> [OrderListRequest] {
        let many = ["aurora"] + (0..<30).map { "shop\($0)" }
        var requests: [OrderListRequest] = []
        for shops in [nil, ["nordwind"], ["aurora", "nordwind"], many] as [[String]?] {
            for statuses in [[], ["delivered"], ["shipped", "preparing", "delivered"]] {
                for attention in [nil, true, false] as [Bool?] {
                    for carrier in ["dhl", "UPS", Self.odd, "none"] {
                        for isRange in [false, true] {
                            var request = OrderListRequest(scope: ReadScope(shops: shops))
                            request.statuses = statuses
                            request.attention = attention
                            request.carrier = carrier
                            request.limit = 4
                            if isRange {
                                request.placedAfter = all[all.count * 3 / 4].placedAt
                                request.placedBefore = all[all.count / 8].placedAt
                            }
                            requests.append(request)
                        }
                    }
                }
            }
        }
        return requests
    }

    /// The orders of all pages of a request.
    private func pages(_ request: OrderListRequest, _ bench: ModelBench) async throws -> [UUID] {
        var (request, ids) = (request, [UUID]())
        while true {
            let page = try await bench.reader.orders(request)
            ids += page.orders.map(\.order.orderId)
            guard let next = page.next else { return ids }
            #expect(page.orders.count == request.limit)
            request.cursor = next
        }
    }

    private func cursor(days: Int) -> OrderListCursor {
        let micros = Int64(1_767_225_600 + days * 86_400) * 1_000_000
        return OrderListCursor(placedAt: Timestamp(unixMicroseconds: micros), orderId: UUID())
    }

    /// The rows of a table that a statement has read, those that its filters removed included.
    private struct ReadRows: Hashable {
        let table: String
        let rows: Int
    }

    /// Requests of some shops, from the newest order on and from a later one, with the rows that their pages may read.
    private func wideRequests(carrier: String?) -> [(request: OrderListRequest, read: [ReadRows])] {
        let table = carrier == nil ? "order_list_keys_v1" : "order_list_by_carrier_v1"
        let scopes = carrier == nil ? [nil] : [nil, ["shop1"], ["shop1", "shop2", "shop3"]] as [[String]?]
        return scopes.flatMap { shops in
            ([nil, 3] as [Int?]).map { days in
                var request = OrderListRequest(scope: ReadScope(shops: shops))
                request.carrier = carrier
                request.cursor = days.map { cursor(days: $0) }
                return (request, [ReadRows(table: table, rows: 101 * (shops?.count ?? 1))])
            }
        }
    }

    /// The rows that a page's statement reads of the tables of keys and carriers, with the plan of pages.
    private func rowsRead(for request: OrderListRequest, _ bench: ModelBench) async throws -> [ReadRows] {
        let statement = OrderListStatement(request, carrierSearch: request.carrier == nil ? .filtered : .walked)
        let count = PostgresQuery(
            """
            select t.relname::text as name, coalesce(t.seq_tup_read, 0) + (
                select coalesce(sum(pg_stat_get_xact_tuples_returned(i.indexrelid)), 0)
                from pg_index i where i.indrelid = t.relid)::bigint as rows
            from pg_stat_xact_user_tables t where t.relname ~ '^order_list_(keys|by_carrier)_v'
            """
        )
        let results = try await bench.reader.read([count, statement.query, count], switches: statement.switches).results
        func counts(_ rows: PostgresResult) throws -> [String: Int] {
            try rows.reduce(into: [:]) {
                $0[try $1.get("name", as: String.self)] = Int(try $1.get("rows", as: Int64.self))
            }
        }
        let (before, after) = try (counts(results[0]), counts(results[2]))
        return after.map { ReadRows(table: $0, rows: $1 - before[$0, default: 0]) }.filter { $0.rows > 0 }
            .sorted { $0.table < $1.table }
    }
}
