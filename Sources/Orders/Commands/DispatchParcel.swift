import StrictJSON

/// Hands a packed parcel to a carrier.
struct DispatchParcel: CommandPayload {
    static let name = CommandName.dispatchParcel
    static let path = "dispatch"
    static let summary = "Hands a packed parcel to a carrier."

    let parcelId: String
    let carrier: String
    let trackingNumber: String?
    let eta: TimeWindow?

    static func read(_ fields: inout FieldReader) -> DispatchParcel? {
        let parcelId = fields.required("parcelId", .identifier)
        let carrier = fields.required("carrier", .text)
        let trackingNumber = fields.optional("trackingNumber", .text)
        let eta = fields.optional("eta", .window)
        guard let parcelId, let carrier else { return nil }
        return DispatchParcel(parcelId: parcelId, carrier: carrier, trackingNumber: trackingNumber, eta: eta)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("carrier", carrier)
        writer.field("trackingNumber", trackingNumber)
        writer.field("eta", eta)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        _ = try order.requirePacked(parcelId)
        try order.requireNoHold()
        guard order.isPaidEnough else {
            throw Rejection(.paymentInsufficient, "\(order.due) is due; authorized or captured is less.")
        }
        let dispatched = ParcelDispatched(
            parcelId: parcelId,
            carrier: carrier,
            trackingNumber: trackingNumber,
            eta: eta,
            isImplied: false
        )
        return [OrderEvent(dispatched, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        order.hasPackedParcel && !order.isOnHold && order.isPaidEnough
    }
}
