import StrictJSON

/// A parcel was unpacked before it left.
struct ParcelVoided: EventPayload {
    static let summaries: [EventType: String] = [.parcelVoided: "A parcel was unpacked; its units are open again."]
    static let meanings = ["reason": "The reason for unpacking. The customer reads it."]

    let parcelId: String
    let reason: String

    var type: EventType { .parcelVoided }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("reason", reason)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelVoided? {
        let parcelId = stored.data.required("parcelId", .identifier)
        guard let reason = stored.data.required("reason", .text), let parcelId else { return nil }
        return ParcelVoided(parcelId: parcelId, reason: reason)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { parcel in
            parcel.isVoid = true
            parcel.status = .void
        }
    }
}
