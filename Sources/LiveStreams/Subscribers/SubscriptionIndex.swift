import Foundation
import OrderLog

/// The open streams by what they are about: an event finds its order's, its customer's and the feeds' streams without
/// looking at the others. What a feed leaves out is for its own filter to say.
struct SubscriptionIndex {
    private var nextId = 0
    private var subscriptions: [Int: Subscription] = [:]
    private var bySubject: [StreamSubject: Set<Int>] = [:]

    var count: Int { subscriptions.count }
    var all: [Subscription] { Array(subscriptions.values) }

    /// - Returns: the number by which it is removed.
    mutating func insert(_ subscription: Subscription) -> Int {
        nextId += 1
        subscriptions[nextId] = subscription
        bySubject[subscription.subject, default: []].insert(nextId)
        return nextId
    }

    mutating func remove(_ id: Int) {
        guard let subject = subscriptions.removeValue(forKey: id)?.subject else { return }
        bySubject[subject]?.remove(id)
        if bySubject[subject]?.isEmpty == true { bySubject[subject] = nil }
    }

    /// The streams that may show one of these events.
    func concerned(by frames: [EventFrame]) -> [Subscription] {
        guard !subscriptions.isEmpty else { return [] }
        var ids = bySubject[.feed] ?? []
        for frame in frames {
            let event = frame.event
            let customer = CustomerKey(shop: event.shop, customer: event.customer)
            for subject in [StreamSubject.order(event.orderId), .customer(customer)] {
                if let streams = bySubject[subject] { ids.formUnion(streams) }
            }
        }
        return ids.compactMap { subscriptions[$0] }
    }
}
