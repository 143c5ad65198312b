import StrictJSON

/// The tracking of a parcel or a return was set, corrected or replaced.
struct TrackingChanged: EventPayload {
    static let summaries: [EventType: String] = [
        .trackingChanged: "The carrier, number or address of a parcel's or a return's tracking changed."
    ]
    static let meanings = [
        "parcelId": "The parcel; absent where a return's tracking changed.",
        "returnId": "The return; absent where a parcel's tracking changed.",
        "old": "The tracking before; absent where there was none.",
        "new": "The tracking now.",
    ]

    var parcelId: String?
    var returnId: String?
    let old: Tracking?
    let new: Tracking

    var type: EventType { .trackingChanged }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("returnId", returnId)
        writer.field("old", old)
        writer.field("new", new)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> TrackingChanged? {
        let parcelId = stored.data.optional("parcelId", .identifier)
        let returnId = stored.data.optional("returnId", .identifier)
        let old = stored.data.optional("old", .storedTracking)
        let new = stored.data.required("new", .storedTracking)
        return new.map { TrackingChanged(parcelId: parcelId, returnId: returnId, old: old, new: $0) }
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        if let parcelId, let index = order.parcelIndex(parcelId) { order.parcels[index].setTracking(new) }
        if let returnId, let index = order.returnIndex(returnId) { order.returns[index].setTracking(new) }
    }
}
