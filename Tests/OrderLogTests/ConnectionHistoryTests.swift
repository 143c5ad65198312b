import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

/// After a failover a process may hold connections to two servers, whose histories differ.
@Suite struct ConnectionHistoryTests {
    /// The history of another server, to which this process has connected last.
    private static let other = EpochTable([
        Epoch(ordinal: 1, name: "yyyyyyyy", firstSeq: 1), Epoch(ordinal: 2, name: "zzzzzzzz", firstSeq: 2),
    ])
    private static let mine = CustomerKey(shop: "aurora", customer: "cust-1")

    @Test func eachReadCarriesTheHistoryOfItsConnection() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let receipt = try await log.withAppender { appender in
                try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
            }
            let head = try await log.reader.head()
            #expect(head == receipt.position)
            log.registry.replace(with: Self.other)
            #expect(try await log.reader.head() == head)
            let page = try await log.reader.events(after: 0, limit: 10, scope: .everything)
            #expect(page.history.position(of: page.through) == head)
            let mine = try await log.reader.events(of: Self.mine, after: 0, limit: 10)
            #expect(mine.history.position(of: mine.through) == head)
            let stored = try await log.reader.order(order, scope: .everything)
            #expect(stored.head == head && stored.stored?.position == head)
            #expect(try await log.reader.order(order, scope: .everything, at: .version(1))?.position == head)
            let orders = try await log.reader.orders(of: Self.mine, after: nil, at: nil, limit: 10)
            #expect(orders.history.position(of: orders.head) == head && orders.orders.map(\.position) == [head])
        }
    }

    @Test func positionsAreCheckedByTheHistoryOfTheHead() async throws {
        try await TestLog.with { log in
            _ = try await log.withAppender { appender in
                try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: UUID()))
            }
            let head = try await log.reader.head()
            log.registry.replace(with: Self.other)
            #expect(try await log.reader.check(head) == .good(head.seq))
            #expect(try await log.reader.check(LogPosition(epoch: "zzzzzzzz", seq: 1)) == .unknownEpoch)
        }
    }

    @Test func receiptsCarryTheHistoryThatTheBatchBelongsTo() async throws {
        try await TestLog.with { log in
            let receipts = try await log.withAppender { appender in
                let first = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(), order: UUID())
                )
                log.registry.replace(with: Self.other)
                let second = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(), order: UUID())
                )
                return [first, second]
            }
            #expect(receipts.map(\.position.epoch) == [receipts[0].position.epoch, receipts[0].position.epoch])
        }
    }

    @Test func theRegistryTakesEpochsOfItsOwnHistoryAlone() {
        let registry = EpochRegistry()
        registry.replace(with: EpochTable(Array(Self.other.epochs.prefix(1))))
        registry.extend(
            to: EpochTable([
                Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1), Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 5),
            ])
        )
        #expect(registry.current.epochs.map(\.name) == ["yyyyyyyy"])
        registry.extend(to: Self.other)
        #expect(registry.current == Self.other)
    }
}
