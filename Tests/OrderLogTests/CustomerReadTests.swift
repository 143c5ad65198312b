import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

@Suite struct CustomerReadTests {
    private let mine = CustomerKey(shop: "aurora", customer: "cust-1")

    private func place(_ appender: Appender, _ order: UUID, _ customer: CustomerKey) async throws {
        let body = Samples.place(shop: customer.shop, customer: customer.customer)
        _ = try await appender.submit(Samples.submission(.placeOrder, body, order: order))
    }

    /// Reads all pages at the head of the first one.
    private func walk(_ log: TestLog, limit: Int, between: () async throws -> Void = {}) async throws -> [StoredOrder] {
        var page = try await log.reader.orders(of: mine, after: nil, at: nil, limit: limit)
        let head = page.head
        var orders = page.orders
        while let next = page.next {
            try await between()
            page = try await log.reader.orders(of: mine, after: next, at: head, limit: limit)
            #expect(page.head == head)
            orders += page.orders
        }
        return orders
    }

    @Test func pagesHoldEachOrderOfTheCustomerOnceAndNoOther() async throws {
        try await TestLog.with { log in
            let ids = (0..<7).map { _ in UUID() }
            try await log.withAppender { appender in
                for id in ids { try await place(appender, id, mine) }
                try await place(appender, UUID(), CustomerKey(shop: "aurora", customer: "cust-2"))
                try await place(appender, UUID(), CustomerKey(shop: "nordwind", customer: "cust-1"))
            }
            for limit in [1, 2, 7, 8] {
                let found = try await walk(log, limit: limit).map(\.order.orderId)
                #expect(found == ids.sorted { $0.uuidString < $1.uuidString })
            }
            let nobody = CustomerKey(shop: "aurora", customer: "nobody")
            let page = try await log.reader.orders(of: nobody, after: nil, at: nil, limit: 5)
            #expect(page.orders.isEmpty && page.next == nil && page.head == 9)
        }
    }

    /// All pages show one moment, also when orders change between them.
    @Test func pagesShowOneMoment() async throws {
        try await TestLog.with { log in
            let ids = (0..<5).map { _ in UUID() }
            try await log.withAppender { appender in
                for id in ids { try await place(appender, id, mine) }
                let found = try await walk(log, limit: 1) {
                    let note = #"{"text":"x","visibility":"customer"}"#
                    for id in ids { _ = try await appender.submit(Samples.submission(.addNote, note, order: id)) }
                    try await place(appender, UUID(), mine)
                }
                #expect(found.map(\.order.version) == [1, 1, 1, 1, 1])
                #expect(found.allSatisfy { $0.position.seq <= 5 })
            }
        }
    }

    /// A few changed orders are read one by one, many by reading the log: the events are the same.
    @Test(arguments: [3, 300])
    func catchUpGivesTheCustomersEvents(count: Int) async throws {
        try await TestLog.with { log in
            let ids = (0..<count).map { _ in UUID() }
            try await log.withAppender { appender in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in ids {
                        group.addTask { try await place(appender, id, mine) }
                        group.addTask {
                            try await place(appender, UUID(), CustomerKey(shop: "nordwind", customer: "cust-1"))
                        }
                    }
                    try await group.waitForAll()
                }
                let staffOnly = #"{"text":"x","visibility":"staff"}"#
                _ = try await appender.submit(Samples.submission(.addNote, staffOnly, order: ids[0]))
                _ = try await appender.submit(Samples.submission(.confirmOrder, order: ids[1]))
            }
            let all = try await log.reader.events(after: 0, limit: 1000, scope: mine.scope).events
            #expect(all.count == count + 2)
            for after in [0, Int64(count), Int64(2 * count + 1)] {
                var (seen, reached): ([Int64], Int64) = ([], after)
                while true {
                    let page = try await log.reader.events(of: mine, after: reached, limit: 50)
                    seen += page.events.map(\.seq)
                    reached = page.through
                    if !page.hasMore { break }
                }
                #expect(seen == all.map(\.seq).filter { $0 > after })
                #expect(reached == Int64(2 * count + 2))
            }
            let visible = try await log.reader.events(
                of: mine,
                after: Int64(2 * count),
                through: Int64(2 * count + 1),
                limit: 50,
                visibleToCustomers: true
            )
            #expect(visible.events.isEmpty && visible.through == Int64(2 * count + 1))
        }
    }
}
