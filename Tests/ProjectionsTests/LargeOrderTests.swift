import Foundation
import LogSupport
import OrderLog
import Orders
import Postgres
import TestSupport
import Testing

@testable import Projections

extension ReadModelTests {
    /// Orders whose states are too large to be written with each event.
    @Suite struct LargeOrderTests {
        private func note(_ order: UUID) throws -> Submission {
            let text = String(repeating: "n", count: 400)
            return try Samples.submission(.addNote, #"{"text":"\#(text)","visibility":"staff"}"#, order: order)
        }

        private func withLargeOrders(
            _ body: @Sendable (ReplayBench, [UUID]) async throws -> Void
        ) async throws {
            let orders = (0..<3).map { _ in UUID() }
            try await ReplayBench.with(orders: 5, commands: 20) { bench async throws in
                try await bench.log.withAppender { appender in
                    for order in orders {
                        _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                    }
                    for _ in 0..<60 {
                        for order in orders { _ = try await appender.submit(note(order)) }
                    }
                }
                try await body(bench, orders)
            }
        }

        /// The list's order as of the list's checkpoint, and the fold of its events up to there.
        private func expectListed(_ order: UUID, in bench: ReplayBench) async throws {
            let page = try await bench.bench.reader.orders(OrderListRequest(scope: .everything))
            let listed = page.orders.first { $0.order.orderId == order }
            let folded = try await bench.log.reader.order(order, scope: .everything, at: .seq(page.position.seq))
            #expect(listed?.order == folded?.order)
            #expect(listed?.position == folded?.position)
            #expect(listed?.recordedAt == folded?.recordedAt)
        }

        private func statesBehind(_ table: String, in bench: ReplayBench) async throws -> String {
            try await bench.bench.text(
                "select count(*) from \(table) where (state::json ->> 'version')::int < version"
            )
        }

        @Test func theListShowsALargeOrderAsOfItsCheckpoint() async throws {
            try await withLargeOrders { bench, orders async throws in
                try await bench.bench.withProjector(batchLimit: 7) { _ in
                    for _ in 0..<20 {
                        for order in orders { try await expectListed(order, in: bench) }
                        try await bench.log.withAppender { appender in
                            _ = try await appender.submit(note(orders[0]))
                        }
                    }
                    #expect(try await bench.bench.areCaughtUp())
                }
                for order in orders { try await expectListed(order, in: bench) }
                #expect(try await statesBehind("order_list", in: bench) != "(0)")
                #expect(try await statesBehind("order_states", in: bench) != "(0)")
                for name in ReplayBench.names { #expect(try await bench.differences(name) == []) }
            }
        }

        @Test func aReplayedModelGoesOnFromItsStates() async throws {
            try await withLargeOrders { bench, orders async throws in
                for name in ReplayBench.names { try await bench.replay().run(name) }
                try await bench.log.withAppender { appender in
                    for _ in 0..<5 {
                        for order in orders { _ = try await appender.submit(note(order)) }
                    }
                }
                try await bench.bench.catchUp()
                for order in orders { try await expectListed(order, in: bench) }
                for name in ReplayBench.names { #expect(try await bench.differences(name) == []) }
                // In small steps alone, which load the rows of the version that is built.
                for name in ReplayBench.names { try await bench.replay { $0.nearHead = 1 << 40 }.run(name) }
                for name in ReplayBench.names { #expect(try await bench.differences(name) == []) }
            }
        }

        @Test func aDamagedStateBehindItsRowIsADifference() async throws {
            try await withLargeOrders { bench, orders async throws in
                try await bench.bench.catchUp()
                try await bench.log.withAppender { appender in
                    for _ in 0..<3 { _ = try await appender.submit(note(orders[0])) }
                }
                try await bench.bench.catchUp()
                let order = orders[0].uuidString.lowercased()
                for table in ["order_states", "order_list"] {
                    try await bench.bench.script(
                        """
                        update \(table) set state = replace(state, '"country":"DE"', '"country":"AT"')
                        where order_id = '\(order)' and (state::json ->> 'version')::int < version
                        """
                    )
                }
                let difference = "order \(order) state/country: stored \"AT\", expected \"DE\""
                #expect(try await bench.differences("current") == ["current: \(difference)"])
                #expect(try await bench.differences("orders") == ["orders: \(difference)"])
            }
        }

        @Test func aStateOfAnotherLayoutIsFoldedFromTheLog() async throws {
            try await withLargeOrders { bench, orders async throws in
                try await bench.bench.catchUp()
                // As a process of a former version leaves them, which does not know the list's column.
                for (table, version) in [("order_states", "version"), ("order_list", "null")] {
                    try await bench.bench.script(
                        """
                        update \(table) set version = \(version),
                            state = regexp_replace(state, '^\\{"v":[0-9]+', '{"v":99')
                        """
                    )
                }
                for order in orders { try await expectListed(order, in: bench) }
                #expect(try await bench.differences("current") == [])
                try await bench.log.withAppender { appender in
                    for order in orders { _ = try await appender.submit(note(order)) }
                }
                try await bench.bench.catchUp()
                for order in orders { try await expectListed(order, in: bench) }
                for table in ["order_states", "order_list"] {
                    let rewritten = "select count(*) from \(table) where state not like '{\"v\":99,%'"
                    #expect(try await bench.bench.text(rewritten) == "(3)")
                }
            }
        }

        /// A process of a former version writes a whole state, and leaves the list's column as it is.
        @Test func aStateThatIsNewerThanItsColumnIsReadAsItIs() async throws {
            try await withLargeOrders { bench, orders async throws in
                try await bench.bench.catchUp()
                for order in orders {
                    let folded = try #require(try await bench.log.reader.order(order, scope: .everything).stored).order
                    try await bench.log.pool.query(
                        "update order_list set state = $1, version = 3 where order_id = $2",
                        [String(decoding: folded.encodeState(), as: UTF8.self), order]
                    )
                    try await expectListed(order, in: bench)
                }
            }
        }

        @Test func aPageOfLargeOrdersIsShorter() async throws {
            try await withLargeOrders { bench, orders async throws in
                try await bench.bench.catchUp()
                try await bench.bench.script(
                    """
                    update order_list set state = left(state, -1) || ',"filler":"' || repeat('x', 3000000) || '"}'
                    """
                )
                var request = OrderListRequest(scope: .everything)
                var found: [UUID] = []
                var pages = 0
                repeat {
                    let page = try await bench.bench.reader.orders(request)
                    found += page.orders.map(\.order.orderId)
                    request.cursor = page.next
                    pages += 1
                } while request.cursor != nil
                #expect(found.count == 8 && Set(found).count == 8)
                #expect(pages == 3)
            }
        }
    }
}
