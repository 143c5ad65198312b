extension Order {
    /// What a new scan contradicts, given its parcel before and after it; the order is as before it.
    func contradiction(of scan: Scan, _ before: Parcel, _ after: Parcel) -> Anomaly? {
        let parcelId = before.parcelId
        if before.isVoid {
            return Anomaly(
                .voidParcelScanned,
                "Parcel \(parcelId) was unpacked, yet it is scanned as \(scan.code.rawValue)."
            )
        }
        let (old, new) = (before.status.unitPlace, after.status.unitPlace)
        if old != new {
            // The units may be elsewhere already (unitsAt), with nothing left to move.
            if before.unitsAt != new, !canMove(before.lines, from: before.unitsAt, to: new) {
                return Anomaly(
                    .unitsMoved,
                    "Parcel \(parcelId) is \(after.status.rawValue), but its units are elsewhere by now."
                )
            }
            if lifecycle == .closed {
                return Anomaly(
                    .movedAfterClose,
                    "Parcel \(parcelId) is \(after.status.rawValue) after the order was closed."
                )
            }
        }
        return Self.contradictsDelivery(scan, before, after)
            ? Anomaly(
                .contradictoryScan,
                "The scan \(scan.code.rawValue) does not go with the delivery of \(parcelId)."
            )
            : nil
    }

    /// After a delivery only the carrier's taking it back makes sense: no other scan may be later.
    private static func contradictsDelivery(_ scan: Scan, _ before: Parcel, _ after: Parcel) -> Bool {
        let counting = before.scans.filter { !$0.isRetracted }
        if scan.code == .delivered {
            guard before.status != .delivered, after.status == .delivered else { return false }
            return counting.contains { $0.occurredAt > scan.occurredAt }
        }
        guard before.status == .delivered, after.status == .delivered, scan.code != .returning else { return false }
        let delivery = counting.last { $0.code == .delivered }
        return delivery.map { scan.occurredAt > $0.occurredAt } ?? false
    }
}
