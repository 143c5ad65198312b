import OrderLog

/// The values that all events of an order have in common.
package struct EventEnvelope: Sendable {
    package let number: String
    package let shop: String
    package let customer: String

    package init(number: String, shop: String, customer: String) {
        self.number = number
        self.shop = shop
        self.customer = customer
    }

    /// The values of an event of the order.
    init(of event: LoggedEvent) {
        self.init(number: event.number, shop: event.shop, customer: event.customer)
    }
}
