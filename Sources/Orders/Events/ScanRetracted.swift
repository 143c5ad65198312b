import StrictJSON

/// A scan was taken back.
struct ScanRetracted: EventPayload {
    static let summaries: [EventType: String] = [.scanRetracted: "A scan was taken back and no longer counts."]
    static let meanings = ["reason": "The reason for the retraction."]

    let parcelId: String
    let scanId: String
    let reason: String
    /// The parcel's status after the retraction.
    let parcelStatus: ParcelStatus

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
        return ScanRetracted(parcelId: parcelId, scanId: scanId, reason: reason, parcelStatus: status)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { $0.retract(scanId: scanId) }
    }
}
