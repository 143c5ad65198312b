/// One line of an order, and the places of its units.
///
/// `open` is what the other counts leave over, so quantity = open + packed + shipped + delivered + cancelled always
/// holds.
package struct OrderLine: Sendable, Equatable {
    package private(set) var lineId: String
    package private(set) var sku: String
    package private(set) var name: String
    package private(set) var quantity: Int
    /// Minor units of the order's currency.
    package private(set) var unitPrice: Int64
    package internal(set) var packed = 0
    package internal(set) var shipped = 0
    package internal(set) var delivered = 0
    package internal(set) var cancelled = 0
    /// Units that came back; `delivered` counts them too.
    package internal(set) var returned = 0

    package var open: Int { quantity - packed - shipped - delivered - cancelled }

    init(_ placed: PlacedLine) {
        lineId = placed.lineId
        sku = placed.sku
        name = placed.name
        quantity = placed.quantity
        unitPrice = placed.unitPrice
    }

    /// The number of delivered units that are neither back nor, `pending`, about to be.
    func returnable(pending: Int) -> Int { delivered - returned - pending }

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
        OrderLine(PlacedLine(lineId: "", sku: "", name: "", quantity: 0, unitPrice: 0))
    }

    static let meanings = [
        "open": "Units in no parcel yet, or in none any more.",
        "packed": "Units in parcels that have not left.",
        "shipped": "Units on their way.",
        "delivered": "Units that arrived.",
        "cancelled": "Units that were cancelled.",
        "returned": "Units that came back.",
        "quantity": "The number of units that were ordered.",
    ]

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
        visitor.computed("open", open)
        visitor.units("packed", &packed)
        visitor.units("shipped", &shipped)
        visitor.units("delivered", &delivered)
        visitor.units("cancelled", &cancelled)
        visitor.units("returned", &returned)
    }
}
