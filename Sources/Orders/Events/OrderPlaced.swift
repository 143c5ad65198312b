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
    /// The metadata that customers do not see.
    var privateMetadata = Metadata()

    static let upcasters = [
        // Schema 2 always carries `fees` and `metadata`.
        Upcaster(type: .orderPlaced, from: 1) { ($0, $1) }
    ]

    var type: EventType { .orderPlaced }

    func writeData(_ writer: inout JSONWriter) { contents.write(&writer) }

    func writeInternal(_ writer: inout JSONWriter) {
        if privateMetadata != Metadata() { writer.field("privateMetadata", privateMetadata) }
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderPlaced? {
        let privateMetadata = stored.internal.optional("privateMetadata", .metadata)
        guard let contents = OrderContents.read(&stored.data) else { return nil }
        return OrderPlaced(
            number: stored.columns.number,
            shop: stored.columns.shop,
            customer: stored.columns.customer,
            contents: contents.withDefaults,
            privateMetadata: privateMetadata ?? Metadata()
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
        order.fees = contents.fees ?? []
        order.total = contents.total
        order.payment.setDue(contents.total)
        order.promised = contents.promised
        order.metadata = contents.metadata ?? Metadata()
        order.privateMetadata = privateMetadata
        order.relatesTo = contents.relatesTo
        order.lines = contents.lines.map(OrderLine.init)
    }
}
