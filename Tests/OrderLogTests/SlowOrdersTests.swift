import Foundation
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
}
