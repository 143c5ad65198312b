import StrictJSON

struct OrderPlaced: EventPayload {
    let number: String
    let shop: String
    let customer: String
    /// With defaults resolved.
    let contents: OrderContents

    var type: EventType { .orderPlaced }

    func writeData(_ writer: inout JSONWriter) { contents.write(&writer) }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderPlaced? {
        guard let contents = OrderContents.read(&stored.data) else { return nil }
        return OrderPlaced(
            number: stored.columns.number,
            shop: stored.columns.shop,
            customer: stored.columns.customer,
            contents: contents.withDefaults
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.number = number
        order.shop = shop
        order.customer = customer
        order.placedAt = occurredAt
        order.contactRef = contents.contactRef
        order.country = contents.country
        order.currency = contents.currency
        order.locale = contents.locale
        order.terms = contents.terms ?? .prepaid
        order.taxIncluded = contents.taxIncluded ?? false
        order.shipping = contents.shipping
        order.tax = contents.tax
        order.discount = contents.discount
        order.total = contents.total
        order.promised = contents.promised
        order.lines = contents.lines.map(OrderLine.init)
    }
}

struct OrderConfirmed: EventPayload {
    var type: EventType { .orderConfirmed }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderConfirmed? { OrderConfirmed() }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.lifecycle = .confirmed }
}

struct ShipToChanged: EventPayload {
    let contactRef: String
    let country: String

    var type: EventType { .shipToChanged }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("contactRef", contactRef)
        writer.field("country", country)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ShipToChanged? {
        let contactRef = stored.data.required("contactRef", .text)
        guard let country = stored.data.required("country", .country), let contactRef else { return nil }
        return ShipToChanged(contactRef: contactRef, country: country)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.contactRef = contactRef
        order.country = country
    }
}

struct OrderClosed: EventPayload {
    var type: EventType { .orderClosed }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderClosed? { OrderClosed() }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) { order.lifecycle = .closed }
}
