extension Order {
    /// The headline that readers see: the announced one, and before the first event the one of today's rules.
    package var headline: OrderStatus { announced ?? status }

    /// The headline of this state by today's rules. The first rule that matches counts.
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

    /// Tells whether staff should look at the order: a parcel has a problem, or an anomaly is unresolved.
    package var attention: Bool { status == .attention || !anomalies.isEmpty }
}
