import StrictJSON

/// The order was opened.
struct OrderPlaced: EventPayload {
    static let summaries: [EventType: String] = [
        .orderPlaced: "The order was opened; `data` holds what was ordered, with defaults filled in."
    ]
    static let meanings = ["lines": "The lines of the order."]

    let number: String
    let shop: String
    let customer: String
    /// The contents of the order, with defaults filled in.
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
