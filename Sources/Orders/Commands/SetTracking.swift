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

    let parcelId: String?
    let returnId: String?
    let tracking: Tracking

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
        return SetTracking(parcelId: parcelId, returnId: returnId, tracking: tracking)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("returnId", returnId)
        tracking.write(&writer)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let old: Tracking
        if let parcelId {
            let parcel = order.parcels[try order.requireParcel(parcelId)]
            guard !parcel.isVoid else { throw Rejection(.parcelVoid, "Parcel \(parcelId) was unpacked.") }
            var next = parcel
            next.setTracking(tracking)
            try order.requireRoom(
                0,
                adding: next.former.count,
                within: Parcel.formerLimit,
                for: "former numbers a parcel"
            )
            old = parcel.tracking
        } else if let returnId {
            let found = try order.requireReturn(returnId)
            var next = found
            next.setTracking(tracking)
            try order.requireRoom(
                0,
                adding: next.formerKeys.count,
                within: Parcel.formerLimit,
                for: "former numbers a return"
            )
            old = found.tracking
        } else {
            return []
        }
        let changed = TrackingChanged(
            parcelId: parcelId,
            returnId: returnId,
            old: old.isEmpty ? nil : old,
            new: tracking
        )
        return [OrderEvent(changed, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        !order.returns.isEmpty || order.parcels.contains { !$0.isVoid }
    }
}
