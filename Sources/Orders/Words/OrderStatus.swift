import StrictJSON

/// The headline of an order: the status that readers see first.
package enum OrderStatus: String, WireWord, PartValue {
    case placed, preparing, partlyShipped, shipped, partlyDelivered, outForDelivery, readyForPickup, delivered
    case returned, attention, onHold, cancelled

    package var meaning: String {
        switch self {
        case .placed: "The shop has the order and has not confirmed it."
        case .preparing: "The shop confirmed the order; nothing has left yet."
        case .partlyShipped: "Some units are on their way, others are still open or packed; none is delivered."
        case .shipped: "All live units are on their way."
        case .partlyDelivered: "Some units are delivered, others are not."
        case .outForDelivery: "A parcel is in the vehicle that delivers it."
        case .readyForPickup: "A parcel waits at a pickup point."
        case .delivered: "All live units are delivered."
        case .returned:
            "All delivered units came back, or the parcels came back to the sender and the rest was cancelled."
        case .attention:
            "Something went wrong: a failed attempt, an exception, a parcel lost or come back, or a shortage."
        case .onHold: "A hold is open: the order is not confirmed, packed or dispatched until it is released."
        case .cancelled: "The order is cancelled, or nothing of it is left."
        }
    }

    /// The value of https://schema.org/OrderStatus that comes nearest.
    package var schemaOrg: String {
        let name =
            switch self {
            case .placed, .preparing: "OrderProcessing"
            case .partlyShipped, .shipped, .partlyDelivered, .outForDelivery: "OrderInTransit"
            case .readyForPickup: "OrderPickupAvailable"
            case .delivered: "OrderDelivered"
            case .returned: "OrderReturned"
            case .attention, .onHold: "OrderProblem"
            case .cancelled: "OrderCancelled"
            }
        return "https://schema.org/\(name)"
    }

    /// The schema of `schemaOrg`.
    static var schemaOrgSchema: JSONValue {
        var values: [String] = []
        for value in allCases.map(\.schemaOrg) where !values.contains(value) { values.append(value) }
        return ["type": "string", "enum": .strings(values)]
    }
}
