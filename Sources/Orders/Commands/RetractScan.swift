import StrictJSON

/// Takes back a scan that was wrong. The scan stays in the timeline, marked, and no longer counts.
struct RetractScan: CommandPayload {
    static let name = CommandName.retractScan
    static let path = "retract-scan"
    static let summary =
        "Takes back a scan that was wrong. The scan stays in the timeline, marked, and no longer counts."
    static let meanings = ["reason": "The reason for the retraction."]

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
        let status = try Self.statusAfter(retracting: scanId, from: index, of: order)
        let retracted = ScanRetracted(parcelId: parcelId, scanId: scanId, reason: reason, parcelStatus: status)
        return [OrderEvent(retracted, at: occurredAt)]
    }

    /// The parcel's status without the scan.
    ///
    /// - Throws: a refusal where the scan is unknown or its units are in use.
    private static func statusAfter(
        retracting scanId: String,
        from index: Int,
        of order: Order
    ) throws(Rejection) -> ParcelStatus {
        let before = order.parcels[index]
        guard let scan = before.scans.first(where: { $0.scanId == scanId }) else {
            throw Rejection(.scanUnknown, "Parcel \(before.parcelId) has no scan \(scanId).")
        }
        guard !scan.isRetracted else { throw Rejection(.scanNotCounting, "Scan \(scanId) is retracted already.") }
        var after = before
        after.retract(scanId: scanId)
        let (old, new) = (before.status.unitPlace, after.status.unitPlace)
        if old != new, before.unitsAt == old, !order.canMove(before.lines, from: old, to: new) {
            switch old {
            case .delivered: throw Rejection(.returnDependsOnScan, "Units that this scan delivered are in a return.")
            default: throw Rejection(.unitsMoved, "Units that this scan freed were packed or cancelled since.")
            }
        }
        return after.status
    }

    static func isPossible(in order: Order) -> Bool {
        for (index, parcel) in order.parcels.enumerated() {
            for scan in parcel.scans where !scan.isRetracted {
                do {
                    _ = try statusAfter(retracting: scan.scanId, from: index, of: order)
                    return true
                } catch {
                    continue
                }
            }
        }
        return false
    }
}
