import StrictJSON

/// Unpacks a parcel that has not left. Its units are open again; its id stays taken.
struct VoidParcel: CommandPayload {
    static let name = CommandName.voidParcel
    static let path = "void-parcel"
    static let summary =
        "Unpacks a parcel that has not left, or of which no carrier knows. Its units are open again; its id stays taken."
    static let meanings = ["reason": "The reason for unpacking. The customer reads it."]

    // A packed parcel of a full order has no other way on.
    static let passesBounds = true

    let parcelId: String
    let reason: String

    static func read(_ fields: inout FieldReader) -> VoidParcel? {
        let parcelId = fields.required("parcelId", .identifier)
        guard let reason = fields.required("reason", .text), let parcelId else { return nil }
        return VoidParcel(parcelId: parcelId, reason: reason)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("reason", reason)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let parcel = order.parcels[try order.requireParcel(parcelId)]
        guard Self.canBeVoided(parcel) else {
            let stage = parcel.isVoid ? "was unpacked before" : "is \(parcel.status.rawValue): it has left"
            throw Rejection(.parcelNotPacked, "Parcel \(parcelId) \(stage).")
        }
        return [OrderEvent(ParcelVoided(parcelId: parcelId, reason: reason), at: occurredAt)]
    }

    /// Tells whether the parcel is packed, or was dispatched and no scan shows that it left.
    private static func canBeVoided(_ parcel: Parcel) -> Bool {
        !parcel.isVoid && (parcel.isPacked || !parcel.scans.contains(where: \.counts))
    }

    static func isPossible(in order: Order) -> Bool { order.parcels.contains(where: canBeVoided) }
}
