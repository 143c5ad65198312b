/// The headline: what an order's readers are told first.
package enum OrderStatus: String, Sendable, CaseIterable {
    case placed, preparing, partlyShipped, shipped, partlyDelivered, outForDelivery, readyForPickup, delivered
    case returned, attention, onHold, cancelled

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
}

extension Order {
    /// The headline of this state, by today's rules: the first that matches.
    package var status: OrderStatus {
        if lifecycle == .cancelled { return .cancelled }
        if isOnHold { return .onHold }
        if parcels.contains(where: \.needsAttention) { return .attention }
        let units = units
        if units.delivered > 0, units.live == units.delivered {
            return units.returned == units.delivered ? .returned : .delivered
        }
        if parcels.contains(where: { $0.status == .readyForPickup }) { return .readyForPickup }
        if parcels.contains(where: { $0.status == .outForDelivery }) { return .outForDelivery }
        if units.delivered > 0 { return .partlyDelivered }
        if units.shipped > 0 { return units.open + units.packed == 0 ? .shipped : .partlyShipped }
        return lifecycle == .placed ? .placed : .preparing
    }

    /// Whether staff should look: a parcel in trouble, or a contradiction that nobody has resolved.
    package var attention: Bool { status == .attention || !anomalies.isEmpty }
}

extension Parcel {
    /// In trouble until the next scan; lost, until something is packed or cancelled.
    var needsAttention: Bool { status == .attemptFailed || status == .exception || isLossUnanswered }
}
