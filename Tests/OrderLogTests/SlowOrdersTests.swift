import Foundation
import LogSupport
import Orders
import Testing

@testable import OrderLog

@Suite struct SlowOrdersTests {
    @Test func anOrderIsRememberedForAMinute() {
        var orders = SlowOrders()
        let (order, now) = (UUID(), ContinuousClock.now)
        #expect(!orders.contains(order, at: now) && !orders.contains(nil, at: now))
        orders.insert(order, at: now)
        #expect(orders.contains(order, at: now + .seconds(59)))
        #expect(!orders.contains(order, at: now + .seconds(61)))
        #expect(!orders.contains(UUID(), at: now))
    }

    @Test func theOldestOfTooManyOrdersIsForgotten() {
        var orders = SlowOrders()
        let (first, now) = (UUID(), ContinuousClock.now)
        orders.insert(first, at: now)
        for second in 1...256 { orders.insert(UUID(), at: now + .milliseconds(second)) }
        let last = UUID()
        orders.insert(last, at: now + .seconds(1))
        #expect(!orders.contains(first, at: now + .seconds(1)))
        #expect(orders.contains(last, at: now + .seconds(1)))
    }

    private func entry(_ submission: Submission) -> AppendQueue.Entry {
        AppendQueue.Entry(submission: submission, deadline: .now + .seconds(60))
    }

    private func note(_ order: UUID, _ key: String) throws -> AppendQueue.Entry {
        entry(try Samples.submission(.addNote, #"{"text":"n","visibility":"staff"}"#, order: order, key: key))
    }

    private func keys(_ entries: [AppendQueue.Entry]) -> [String] { entries.map(\.submission.commandId) }

    @Test func commandsOfOtherOrdersGoFirst() throws {
        let (slow, other) = (UUID(), UUID())
        var orders = SlowOrders()
        let batch = try [note(slow, "a"), note(other, "b"), note(slow, "c"), note(other, "d")]
        #expect(keys(orders.divide(batch).together) == ["a", "b", "c", "d"])
        orders.insert(slow)
        let (together, alone) = orders.divide(batch)
        #expect(keys(together) == ["b", "d"] && keys(alone) == ["a", "c"])
    }

    /// The scan may be for the slow order, whose parcel gets its number by a command before it.
    @Test func scanByNumberDoesNotOvertakeASlowOrder() throws {
        let (slow, other) = (UUID(), UUID())
        var orders = SlowOrders()
        orders.insert(slow)
        let scan = entry(try Samples.trackedScan("T1", scan: "s1"))
        let batch = try [note(other, "a"), note(slow, "b"), scan, note(other, "c")]
        let (together, alone) = orders.divide(batch)
        #expect(keys(together) == ["a"])
        #expect(keys(alone) == ["b", scan.submission.commandId, "c"])
    }
}
