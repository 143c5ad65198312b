package import Foundation
package import OrderLog
import Orders

/// The events that a stream shows. Reads of the log apply it as far as they can; each stream applies it again to every
/// event.
package struct StreamFilter: Sendable, Hashable {
    /// The only order; nil for all.
    package var orderId: UUID?
    /// The only customer; nil for all. The scope is then the customer's, too.
    package private(set) var customer: CustomerKey?
    /// The shops, within those of the token, and the customer where the caller is one.
    package var scope: ReadScope
    /// Statuses that match the headline before or after the event; empty for all.
    package var statuses: Set<String> = []
    /// Event types; empty for all.
    package var types: Set<String> = []
    /// Restricts the stream to events whose rows show that they concern the attention queue:
    /// `EventFrame.concernsAttention`.
    package var attentionOnly = false
    /// The time from tick to tick of a conflated stream, which shows each changed order's newest event at every tick;
    /// nil for a stream that shows every event.
    package var tick: Duration?

    package init(orderId: UUID? = nil, scope: ReadScope) {
        self.orderId = orderId
        self.scope = scope
    }

    /// The filter of a customer's stream.
    package init(customer: CustomerKey) {
        self.customer = customer
        scope = customer.scope
    }

    /// The subject, by which events find the stream.
    package var subject: StreamSubject {
        if let orderId { return .order(orderId) }
        if let customer { return .customer(customer) }
        return tick == nil ? .feed : .conflatedFeed
    }

    /// True when the stream shows the event, as far as its audience may see it.
    package func matches(_ frame: EventFrame) -> Bool {
        let event = frame.event
        if let orderId, orderId != event.orderId { return false }
        guard scope.contains(shop: event.shop, customer: event.customer) else { return false }
        if !statuses.isEmpty, !statuses.contains(event.status), !(event.statusBefore.map(statuses.contains) ?? false) {
            return false
        }
        if !types.isEmpty, !types.contains(event.type) { return false }
        return !attentionOnly || frame.concernsAttention
    }
}
