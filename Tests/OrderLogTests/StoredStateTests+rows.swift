import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

extension StoredStateTests {
    @Test func manyRowsAreReadOnAllProcessorsAsOnOne() async throws {
        try await TestLog.with { log in
            let orders = (0..<90).map { _ in UUID() }
            try await Self.appendInOneBatch(
                orders.map { try Samples.submission(.placeOrder, Samples.place(), order: $0) },
                to: log
            )
            // The rows of most orders are ahead of their states.
            try await Self.appendInOneBatch(orders.dropLast(9).map { try Self.shortNote(on: $0) }, to: log)
            let read = { (query: PostgresQuery) in try await log.pool.query(query.sql, query.bindings) }
            let select = CurrentStateTable.load(orders, version: .active)
            let rows = try StoredStates(await read(select))
            let behind = try rows.rows.filter { try $0.tail(after: $0.decodeSnapshot()) != nil }
            #expect(behind.count == 81)
            let alone = try await rows.records(read: read)
            let together = try await rows.concurrentMap(read: read) { $0 }
            #expect(alone.map(\.order.orderId) == orders)
            #expect(alone.map(\.order.version) == orders.indices.map { $0 < 81 ? 2 : 1 })
            #expect(together.map(\.order) == alone.map(\.order))
            #expect(together.map(\.seq) == alone.map(\.seq))
        }
    }
}
