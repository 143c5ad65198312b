import StrictJSON

/// Sets, corrects or replaces the tracking of a parcel or a return.
struct SetTracking: CommandPayload {
    static let name = CommandName.setTracking
    static let path = "set-tracking"
    static let summary =
        "Sets, corrects or replaces carrier, number and address of the tracking of a parcel or a return, all three."
    static let meanings = [
        "parcelId": "The parcel; either this or `returnId`.",
        "returnId": "The return; either this or `parcelId`.",
    ]

    let target: Target
    let tracking: Tracking

    /// The thing whose tracking is set.
    enum Target: Sendable {
        case parcel(String)
        case returned(String)
    }

    static func read(_ fields: inout FieldReader) -> SetTracking? {
        let parcelId = fields.optional("parcelId", .identifier)
        let returnId = fields.optional("returnId", .identifier)
        let tracking = Tracking.read(&fields)
        if !fields.has("parcelId"), !fields.has("returnId") {
            fields.addError("or /returnId is required", member: "parcelId")
        }
        if fields.has("parcelId"), fields.has("returnId") {
            fields.addError("must not stand beside /parcelId", member: "returnId")
        }
        if !fields.has("carrier"), !fields.has("trackingNumber"), !fields.has("trackingUrl") {
            fields.addError("or /carrier or /trackingUrl is required", member: "trackingNumber")
        }
        guard let target = parcelId.map(Target.parcel) ?? returnId.map(Target.returned) else { return nil }
        return SetTracking(target: target, tracking: tracking)
    }

    func write(_ writer: inout JSONWriter) {
        switch target {
        case .parcel(let parcelId): writer.field("parcelId", parcelId)
        case .returned(let returnId): writer.field("returnId", returnId)
        }
        tracking.write(&writer)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let changed: TrackingChanged
        switch target {
        case .parcel(let parcelId):
            var parcel = order.parcels[try order.requireParcel(parcelId)]
            guard !parcel.isVoid else { throw Rejection(.parcelVoid, "Parcel \(parcelId) was unpacked.") }
            changed = TrackingChanged(parcelId: parcelId, old: parcel.tracking.given, new: tracking)
            parcel.setTracking(tracking)
            try order.requireRoomForFormer(parcel.former.count)
        case .returned(let returnId):
            var found = try order.requireReturn(returnId)
            changed = TrackingChanged(returnId: returnId, old: found.tracking.given, new: tracking)
            found.setTracking(tracking)
            try order.requireRoomForFormer(found.formerKeys.count)
        }
        return [OrderEvent(changed, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        !order.returns.isEmpty || order.parcels.contains { !$0.isVoid }
    }
}
