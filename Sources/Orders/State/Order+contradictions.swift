extension Order {
    /// The anomaly that a new scan of a parcel brings; nil where the scan contradicts nothing.
    ///
    /// - Parameters:
    ///   - before: the parcel before the scan, as it is in this order.
    ///   - after: the parcel with the scan.
    ///   - folded: the timeline of `after`, folded.
    func contradiction(
        of scan: Scan,
        before: Parcel,
        after: Parcel,
        folded: Parcel.Folded
    ) -> Anomaly? {
        let parcelId = before.parcelId
        if scan.isBeforeOrder {
            return Anomaly(
                .beforeOrder,
                "The scan \(scan.scanId) of \(parcelId) is older than the order by more than a day and does not count."
            )
        }
        if before.isVoid {
            return Anomaly(
                .voidParcelScanned,
                "Parcel \(parcelId) was unpacked, yet it is scanned as \(scan.code.rawValue)."
            )
        }
        if folded.withoutEffect.contains(scan.scanId) {
            return Anomaly(
                .deliveredAfterReturning,
                "The scan \(scan.code.rawValue) of \(parcelId) contradicts its delivery or its way back: no effect."
            )
        }
        let (old, new) = (before.unitPlace, after.unitPlace)
        if old != new {
            // Units that are at the new place already (unitsAt) have nothing to move.
            if before.unitsAt != new, !canMove(before.movingLines, from: before.unitsAt, to: new) {
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
        return Self.contradictsDelivery(scan, before: before, after: after)
            ? Anomaly(
                .contradictoryScan,
                "The scan \(scan.code.rawValue) does not go with the delivery of \(parcelId)."
            )
            : nil
    }

    /// Tells whether the scan and a delivery exclude each other: after a delivery, the carrier can only take the parcel
    /// back.
    private static func contradictsDelivery(_ scan: Scan, before: Parcel, after: Parcel) -> Bool {
        let counting = before.scans.filter(\.counts)
        if scan.code == .delivered {
            guard before.status != .delivered, after.status == .delivered else { return false }
            return counting.contains { $0.occurredAt > scan.occurredAt }
        }
        guard before.status == .delivered, after.status == .delivered, scan.code != .returning else { return false }
        let delivery = counting.last { $0.code == .delivered }
        return delivery.map { scan.occurredAt > $0.occurredAt } ?? false
    }
}
