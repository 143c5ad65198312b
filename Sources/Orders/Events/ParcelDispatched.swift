import StrictJSON

/// A parcel left.
struct ParcelDispatched: EventPayload {
    static let summaries: [EventType: String] = [
        .parcelDispatched: "A parcel left; `implied` where only a scan showed it."
    ]
    static let meanings = ["implied": "Whether only a scan showed that the parcel had left."]

    let parcelId: String
    /// The carrier; nil where only a scan showed that the parcel had left.
    var carrier: String?
    var trackingNumber: String?
    var eta: TimeWindow?
    /// Tells whether only a scan showed that the parcel had left.
    let isImplied: Bool

    var type: EventType { .parcelDispatched }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("carrier", carrier)
        writer.field("trackingNumber", trackingNumber)
        writer.field("eta", eta)
        if isImplied { writer.field("implied", true) }
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelDispatched? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let carrier = stored.data.optional("carrier", .text)
        let trackingNumber = stored.data.optional("trackingNumber", .text)
        let eta = stored.data.optional("eta", .window)
        let implied = stored.data.optional("implied", .bool)
        return parcelId.map {
            ParcelDispatched(
                parcelId: $0,
                carrier: carrier,
                trackingNumber: trackingNumber,
                eta: eta,
                isImplied: implied ?? false
            )
        }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.changeParcel(parcelId) { parcel in
            parcel.carrier = carrier
            parcel.trackingNumber = trackingNumber
            if let eta { parcel.eta = eta }
            parcel.dispatch()
        }
    }
}
