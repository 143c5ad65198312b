import Foundation
import LogSupport
import Orders
import TestSupport
import Testing

@testable import OrderLog

/// The orders of the next batch: those in memory, those to be loaded, and those that are taken for new.
@Suite struct NextOrdersTests {
    private static let note = #"{"text":"n","visibility":"staff"}"#

    private static func note(on order: UUID) throws -> AppendQueue.Entry {
        entry(try Samples.submission(.addNote, note, order: order))
    }

    private static func placement(of order: UUID) throws -> AppendQueue.Entry {
        entry(try Samples.submission(.placeOrder, Samples.place(), order: order))
    }

    private static func entry(_ submission: Submission) -> AppendQueue.Entry {
        AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
    }

    private static func record(of order: UUID, seq: Int64) -> OrderRecord {
        OrderRecord(order: Order(orderId: order), seq: seq, recordedAt: Timestamp(unixMicroseconds: 0))
    }

    @Test func ordersAreFoundInMemoryOrLoaded() throws {
        let (changed, cached, both, absent) = (UUID(), UUID(), UUID(), UUID())
        var cache = StateCache()
        for order in [cached, both] { cache.insert(Self.record(of: order, seq: 1)) }
        let orders = NextOrders(
            of: try [changed, cached, both, absent, absent, changed].map(Self.note),
            changed: [changed, both].map { Self.record(of: $0, seq: 2) },
            in: &cache,
            areNewIfPlaced: true
        )
        #expect(orders.known.mapValues(\.seq) == [changed: 2, cached: 1, both: 2])
        #expect(orders.unknown == [absent])
    }

    @Test(arguments: [false, true])
    func anOrderIsTakenForNewWhereItsFirstCommandPlacesIt(areNewIfPlaced: Bool) throws {
        let (new, placedLater, known) = (UUID(), UUID(), UUID())
        var cache = StateCache()
        cache.insert(Self.record(of: known, seq: 1))
        let orders = NextOrders(
            of: try [
                Self.placement(of: new), Self.note(on: new), Self.note(on: placedLater),
                Self.placement(of: placedLater), Self.placement(of: known),
            ],
            changed: [],
            in: &cache,
            areNewIfPlaced: areNewIfPlaced
        )
        #expect(Set(orders.known.keys) == [known])
        #expect(orders.unknown == (areNewIfPlaced ? [placedLater] : [new, placedLater]))
    }
}
