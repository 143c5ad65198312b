/// One line, and where its units are. Open is what the other counts leave over, so the identity
/// ordered = open + packed + shipped + delivered + cancelled holds by construction.
package struct OrderLine: Sendable, Equatable {
    package let lineId: String
    package let sku: String
    package let name: String
    package let quantity: Int
    /// Minor units of the order's currency.
    package let unitPrice: Int64
    package internal(set) var packed = 0
    package internal(set) var shipped = 0
    package internal(set) var delivered = 0
    package internal(set) var cancelled = 0
    /// Of the delivered ones.
    package internal(set) var returned = 0

    package var open: Int { quantity - packed - shipped - delivered - cancelled }

    init(_ placed: PlacedLine) {
        lineId = placed.lineId
        sku = placed.sku
        name = placed.name
        quantity = placed.quantity
        unitPrice = placed.unitPrice
    }

    /// Delivered units that are neither back nor, `pending`, about to be.
    func returnable(pending: Int) -> Int { delivered - returned - pending }

    func count(at place: UnitPlace) -> Int {
        switch place {
        case .open: open
        case .packed: packed
        case .shipped: shipped
        case .delivered: delivered
        }
    }

    /// The caller has made sure that so many are there.
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

/// Where units are that are not cancelled.
package enum UnitPlace: String, Sendable, CaseIterable {
    case open, packed, shipped, delivered
}

/// The units of all lines together.
package struct UnitCounts: Sendable, Equatable {
    package var open = 0
    package var packed = 0
    package var shipped = 0
    package var delivered = 0
    package var returned = 0

    package var live: Int { open + packed + shipped + delivered }
}
