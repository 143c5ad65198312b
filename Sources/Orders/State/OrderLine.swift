/// One line of an order, and the places of its units. Amounts are minor units of the order's currency.
///
/// `open` is what the other counts leave over, so quantity = open + packed + shipped + delivered + cancelled always
/// holds.
package struct OrderLine: Sendable, Equatable {
    package private(set) var lineId: String
    package private(set) var sku: String
    package private(set) var name: String
    package private(set) var quantity: Int
    package private(set) var unitPrice: Int64
    package private(set) var lineTotal: Int64?
    package private(set) var discount: Int64?
    package private(set) var tax: Int64?
    package private(set) var promised: TimeWindow?
    package internal(set) var packed = 0
    package internal(set) var shipped = 0
    package internal(set) var delivered = 0
    package internal(set) var cancelled = 0
    /// Units that came back; `delivered` counts them too.
    package internal(set) var returned = 0

    package var open: Int { quantity - packed - shipped - delivered - cancelled }

    /// Units that are cancelled or came back: those whose worth is off what is due.
    var gone: Int { cancelled + returned }

    /// Units that cannot be taken out of the line by an edit.
    var inUse: Int { quantity - open }

    init(_ placed: PlacedLine) {
        lineId = placed.lineId
        sku = placed.sku
        name = placed.name
        quantity = placed.quantity
        unitPrice = placed.unitPrice
        lineTotal = placed.lineTotal
        discount = placed.discount
        tax = placed.tax
        promised = placed.promised
    }

    /// The line as an edit says it, with the units where they are. A stored edit never leaves fewer units than are in
    /// use; should one do, the line keeps those.
    func edited(_ placed: PlacedLine) -> OrderLine {
        var line = OrderLine(placed)
        line.quantity = max(placed.quantity, inUse)
        (line.packed, line.shipped, line.delivered) = (packed, shipped, delivered)
        (line.cancelled, line.returned) = (cancelled, returned)
        return line
    }

    var pricing: Pricing.Line {
        Pricing.Line(quantity: quantity, unitPrice: unitPrice, lineTotal: lineTotal, discount: discount, tax: tax)
    }

    /// Tells whether an edit says the same of the line.
    func isSame(as placed: PlacedLine) -> Bool { edited(placed) == self }

    /// The number of delivered units that are neither back nor, `pending`, about to be.
    func returnable(pending: Int) -> Int { max(0, delivered - returned - pending) }

    func count(at place: UnitPlace) -> Int {
        switch place {
        case .open: open
        case .packed: packed
        case .shipped: shipped
        case .delivered: delivered
        }
    }

    /// Moves units between places. The caller has made sure that so many are at the old place.
    mutating func move(_ count: Int, from old: UnitPlace, to new: UnitPlace) {
        add(-count, at: old)
        add(count, at: new)
    }

    private mutating func add(_ count: Int, at place: UnitPlace) {
        switch place {
        case .open: break
        case .packed: packed += count
        case .shipped: shipped += count
        case .delivered: delivered += count
        }
    }
}

extension OrderLine: OrderPart {
    static var blank: OrderLine {
        OrderLine(PlacedLine(lineId: "", sku: "", name: "", quantity: 0, unitPrice: 0, currency: ""))
    }

    static let meanings = PlacedLine.meanings.merging([
        "open": "Units in no parcel yet, or in none any more.",
        "packed": "Units in parcels that have not left.",
        "shipped": "Units on their way.",
        "delivered": "Units that arrived.",
        "cancelled": "Units that were cancelled.",
        "returned": "Units that came back.",
        "quantity": "The number of units that were ordered.",
    ]) { $1 }

    static var schemaName: String? { "OrderLine" }

    static var schemaNote: String? {
        "quantity = open + packed + shipped + delivered + cancelled; returned is of the delivered ones."
    }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("lineId", &lineId)
        visitor.field("sku", &sku)
        visitor.field("name", &name)
        visitor.field("quantity", &quantity)
        visitor.amount("unitPrice", &unitPrice)
        visitor.amount("lineTotal", &lineTotal)
        visitor.amount("discount", &discount)
        visitor.amount("tax", &tax)
        visitor.field("promised", &promised)
        visitor.computed("open", open)
        visitor.units("packed", &packed)
        visitor.units("shipped", &shipped)
        visitor.units("delivered", &delivered)
        visitor.units("cancelled", &cancelled)
        visitor.units("returned", &returned)
    }
}
