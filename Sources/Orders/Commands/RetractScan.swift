import StrictJSON

/// Takes back a scan, or the shop's word on a parcel's end, that was wrong. It stays in the timeline, marked, and no
/// longer counts.
struct RetractScan: CommandPayload {
    static let name = CommandName.retractScan
    static let path = "retract-scan"
    static let summary =
        "Takes back a scan that was wrong. The scan stays in the timeline, marked, and no longer counts."
    static let meanings = ["reason": "The reason for the retraction. The customer reads it."]

    let parcelId: String
    let scanId: String
    let reason: String

    static func read(_ fields: inout FieldReader) -> RetractScan? {
        let parcelId = fields.required("parcelId", .identifier)
        let scanId = fields.required("scanId", .identifier)
        let reason = fields.required("reason", .text)
        guard let parcelId, let scanId, let reason else { return nil }
        return RetractScan(parcelId: parcelId, scanId: scanId, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scanId)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let index = try order.requireParcel(parcelId)
        let (after, isHidden) = try Self.parcel(retracting: scanId, from: index, of: order)
        let retracted = ScanRetracted(
            parcelId: parcelId,
            scanId: scanId,
            reason: reason,
            parcelStatus: after.status,
            isHidden: isHidden
        )
        let event = OrderEvent(retracted, at: occurredAt)
        guard let revised = EtaRevised(of: after, after: order.parcels[index], scanId: scanId) else { return [event] }
        return [event, OrderEvent(revised, at: occurredAt)]
    }

    /// The parcel without the scan, and whether customers do not see the scan.
    ///
    /// - Throws: a refusal where the scan is unknown or its units are in use.
    private static func parcel(
        retracting scanId: String,
        from index: Int,
        of order: Order,
        lookUp: Order.MoveLookUp? = nil
    ) throws(Rejection) -> (Parcel, isHidden: Bool) {
        let before = order.parcels[index]
        guard let scan = before.scan(scanId) else {
            throw Rejection(.scanUnknown, "Parcel \(before.parcelId) has no scan \(scanId).")
        }
        guard !scan.isRetracted else { throw Rejection(.scanNotCounting, "Scan \(scanId) is retracted already.") }
        var after = before
        after.retract(scanId: scanId)
        guard scan.counts else { return (after, scan.isBeforeOrder) }
        after.retractImpliedDispatch()
        after.status = after.folded().status
        let (old, new) = (before.unitPlace, after.unitPlace)
        if old != new, before.unitsAt == old {
            guard before.short.isEmpty || old != .delivered else {
                throw Rejection(.shortageDependsOnScan, "A shortage was reported of units that this scan delivered.")
            }
            guard order.canMove(before.movingLines, from: old, to: new, lookUp: lookUp) else {
                switch old {
                case .delivered:
                    throw Rejection(.returnDependsOnScan, "Units that this scan delivered are in a return.")
                default: throw Rejection(.unitsMoved, "Units that this scan freed were packed or cancelled since.")
                }
            }
        }
        return (after, false)
    }

    static func isPossible(in order: Order) -> Bool {
        let scanned = order.parcels.indices.filter { !order.parcels[$0].scans.isEmpty }
        guard !scanned.isEmpty else { return false }
        let lookUp = order.moveLookUp
        return scanned.contains { index in
            order.parcels[index].scans.contains { scan in
                guard !scan.isRetracted else { return false }
                do {
                    _ = try parcel(retracting: scan.scanId, from: index, of: order, lookUp: lookUp)
                    return true
                } catch {
                    return false
                }
            }
        }
    }
}
