import StrictJSON

/// Puts open units into a new parcel.
struct PackParcel: CommandPayload {
    static let name = CommandName.packParcel
    static let path = "pack"
    static let summary = "Puts open units into a new parcel."
    static let meanings = ["lines": "The units to pack."]

    let parcelId: String
    let lines: [LineQuantity]

    static func read(_ fields: inout FieldReader) -> PackParcel? {
        let parcelId = fields.required("parcelId", .identifier)
        guard let lines = fields.required("lines", .lines), let parcelId else { return nil }
        return PackParcel(parcelId: parcelId, lines: lines)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireConfirmed()
        try order.requireNoHold()
        guard order.parcelIndex(parcelId) == nil else {
            throw Rejection(.parcelExists, "The order has had a parcel \(parcelId).")
        }
        try order.require(lines, available: \.open, otherwise: .quantityNotOpen, described: "open")
        return [OrderEvent(ParcelPacked(parcelId: parcelId, lines: lines), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        order.lifecycle == .confirmed && !order.isOnHold && order.units.open > 0
    }
}
