import FoundationEssentials
import StrictJSON

/// Opens an order. Number, shop and customer go into the envelope of every event, the rest into this event's data.
struct PlaceOrder: CommandPayload {
    static let name = CommandName.placeOrder
    static let path = ""
    static let summary = "Opens an order."
    static let meanings = [
        "lines": "The lines of the order.", "fees": "Amounts beside the goods. Default: none.",
        "metadata":
            "The shop's own texts, at most 50 keys out of A-Z a-z 0-9 . _ -, each text of at most 500 characters. The customer sees them.",
        "privateMetadata": "The shop's own texts, bound like `metadata`, that the customer does not see.",
        "relatesTo": "A link to another order, which is not looked up.",
    ]

    let orderId: UUID?
    let number: String
    let shop: String
    let customer: String
    let contents: OrderContents
    let privateMetadata: Metadata?

    static func read(_ fields: inout FieldReader) -> PlaceOrder? {
        let orderId = fields.optional("orderId", .uuid)
        let number = fields.required("number", .text)
        let shop = fields.required("shop", .shop)
        let customer = fields.required("customer", .customer)
        let contents = OrderContents.read(&fields)
        let privateMetadata = fields.optional("privateMetadata", .metadata)
        guard let number, let shop, let customer, let contents else { return nil }
        contents.checkAmounts(&fields)
        return PlaceOrder(
            orderId: orderId,
            number: number,
            shop: shop,
            customer: customer,
            contents: contents,
            privateMetadata: privateMetadata
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("orderId", orderId?.text)
        writer.field("number", number)
        writer.field("shop", shop)
        writer.field("customer", customer)
        contents.write(&writer)
        if let privateMetadata { writer.field("privateMetadata", privateMetadata) }
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard order.version == 0 else { throw Rejection(.orderExists, "There is an order with this id.") }
        let placed = OrderPlaced(
            number: number,
            shop: shop,
            customer: customer,
            contents: contents.withDefaults,
            privateMetadata: privateMetadata ?? Metadata()
        )
        return [OrderEvent(placed, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.version == 0 }
}
