import FoundationEssentials
import StrictJSON

/// Opens an order. Number, shop and customer go into the envelope of every event, the rest into this event's data.
struct PlaceOrder: CommandPayload {
    static let name = CommandName.placeOrder
    static let path = ""
    static let summary = "Opens an order."
    static let meanings = ["lines": "The lines of the order."]

    let orderId: UUID?
    let number: String
    let shop: String
    let customer: String
    let contents: OrderContents

    static func read(_ fields: inout FieldReader) -> PlaceOrder? {
        let orderId = fields.optional("orderId", .uuid)
        let number = fields.required("number", .text)
        let shop = fields.required("shop", .shop)
        let customer = fields.required("customer", .text)
        let contents = OrderContents.read(&fields)
        guard let number, let shop, let customer, let contents else { return nil }
        contents.checkTotal(&fields)
        return PlaceOrder(orderId: orderId, number: number, shop: shop, customer: customer, contents: contents)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("orderId", orderId?.text)
        writer.field("number", number)
        writer.field("shop", shop)
        writer.field("customer", customer)
        contents.write(&writer)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        guard order.version == 0 else { throw Rejection(.orderExists, "There is an order with this id.") }
        let placed = OrderPlaced(number: number, shop: shop, customer: customer, contents: contents.withDefaults)
        return [OrderEvent(placed, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.version == 0 }
}
