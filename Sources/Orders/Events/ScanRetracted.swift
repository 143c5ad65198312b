import StrictJSON

/// A scan was taken back.
struct ScanRetracted: EventPayload {
    static let summaries: [EventType: String] = [.scanRetracted: "A scan was taken back and no longer counts."]
    static let meanings = ["reason": "The reason for the retraction. The customer reads it."]

    let parcelId: String
    let scanId: String
    let reason: String
    /// The parcel's status after the retraction.
    let parcelStatus: ParcelStatus
    /// Tells whether customers do not see the scan, nor its retraction.
    var isHidden = false

    static let hiding = Hiding.sometimes

    var type: EventType { .scanRetracted }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("scanId", scanId)
        writer.field("reason", reason)
        writer.field("parcelStatus", parcelStatus)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ScanRetracted? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let scanId = stored.data.required("scanId", .identifier)
        let reason = stored.data.required("reason", .text)
        let status: ParcelStatus? = stored.data.required("parcelStatus", .word)
        guard let parcelId, let scanId, let reason, let status else { return nil }
        return ScanRetracted(
            parcelId: parcelId,
            scanId: scanId,
            reason: reason,
            parcelStatus: status,
            isHidden: stored.isHidden
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { parcel in
            parcel.retract(scanId: scanId)
            parcel.status = parcelStatus
            // Old events leave a parcel under way whose dispatch no scan implies any more.
            if parcelStatus == .packed || parcelStatus == .readyForPickup { parcel.retractImpliedDispatch() }
        }
    }
}
