extension Order {
    /// The headline that readers see: the announced one, and before the first event the one of today's rules.
    package var headline: OrderStatus { announced ?? status }

    /// The headline of this state by today's rules. The first rule that matches counts.
    package var status: OrderStatus {
        if lifecycle == .cancelled { return .cancelled }
        if isOnHold { return .onHold }
        let units = units
        if hasParcelProblem(units) || hasShortage(units) || isClosedWithUnits(units) { return .attention }
        if units.live == 0 {
            let cameBack = parcels.contains { $0.status == .returnedToSender }
            return version > 0 && cameBack ? .returned : version > 0 ? .cancelled : .placed
        }
        if units.delivered > 0, units.live == units.delivered {
            return units.returned == units.delivered ? .returned : .delivered
        }
        if parcels.contains(where: { $0.status == .readyForPickup }) { return .readyForPickup }
        if parcels.contains(where: { $0.status == .outForDelivery }) { return .outForDelivery }
        if units.delivered > 0 { return .partlyDelivered }
        if units.shipped > 0 { return units.open + units.packed == 0 ? .shipped : .partlyShipped }
        return lifecycle == .placed ? .placed : .preparing
    }

    private func hasParcelProblem(_ units: UnitCounts) -> Bool {
        parcels.contains { $0.needsAttention(hasOpenUnits: units.open > 0) }
    }

    private func hasShortage(_ units: UnitCounts) -> Bool {
        units.open > 0 && claims.contains(where: \.isUnresolved)
    }

    private func isClosedWithUnits(_ units: UnitCounts) -> Bool {
        lifecycle == .closed && units.open + units.packed > 0
    }

    /// The reasons for which staff should look at the order.
    package var attentionReasons: [AttentionReason] {
        var reasons: [AttentionReason] = []
        let units = units
        if hasParcelProblem(units) { reasons.append(.parcel) }
        if hasShortage(units) { reasons.append(.shortage) }
        if isClosedWithUnits(units) { reasons.append(.closedWithUnits) }
        if !anomalies.isEmpty { reasons.append(.anomaly) }
        if payment.refundOwed > 0 { reasons.append(.refundOwed) }
        return reasons
    }

    /// Tells whether staff should look at the order.
    package var attention: Bool { !attentionReasons.isEmpty }
}
