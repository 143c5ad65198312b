package import Foundation
package import OrderLog
import Orders

/// What a stream is about.
package enum StreamSubject: Sendable, Hashable {
    case order(UUID)
    case customer(CustomerKey)
    /// All orders of the caller's shops.
    case feed
    /// All orders of the caller's shops, looked at by the stream's own clock; no event rings its bell.
    case conflatedFeed
}

/// What a stream shows: whose events, and which of them. Applied in SQL where it can be, and always again at fan-out.
package struct StreamFilter: Sendable, Hashable {
    /// Only this order; nil for all.
    package var orderId: UUID?
    /// Only this customer's orders; nil for all. The scope is theirs, too.
    package private(set) var customer: CustomerKey?
    /// The shops, within the token's, and the customer where the caller is one.
    package var scope: ReadScope
    /// Matches the headline before or after the event; empty for all.
    package var statuses: Set<String> = []
    /// Event types; empty for all.
    package var types: Set<String> = []
    /// Only what concerns the attention queue.
    package var attentionOnly = false
    /// Shows each order's newest event at every tick, instead of every event.
    package var tick: Duration?

    package init(orderId: UUID? = nil, scope: ReadScope) {
        self.orderId = orderId
        self.scope = scope
    }

    /// A customer's stream.
    package init(customer: CustomerKey) {
        self.customer = customer
        scope = customer.scope
    }

    /// What the stream is about, by which events find it.
    package var subject: StreamSubject {
        if let orderId { return .order(orderId) }
        if let customer { return .customer(customer) }
        return tick == nil ? .feed : .conflatedFeed
    }

    package func matches(_ frame: EventFrame) -> Bool {
        let event = frame.event
        if let orderId, orderId != event.orderId { return false }
        guard scope.contains(shop: event.shop, customer: event.customer) else { return false }
        if !statuses.isEmpty, !statuses.contains(event.status), !(event.statusBefore.map(statuses.contains) ?? false) {
            return false
        }
        if !types.isEmpty, !types.contains(event.type) { return false }
        return !attentionOnly || frame.attention
    }
}
