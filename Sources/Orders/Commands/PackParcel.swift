import StrictJSON

/// Puts open units into a new parcel.
struct PackParcel: CommandPayload {
    static let name = CommandName.packParcel
    static let path = "pack"
    static let summary = "Puts open units into a new parcel."
    static let meanings = [
        "lines": "The units to pack.",
        "kind": "The way in which the units reach the customer. Default: shipped.",
        "carrier": "The carrier that will have the parcel.",
        "pickupPlace": "The place at which the customer collects the parcel.",
        "origin": "The place from which the parcel is sent.",
    ]

    let parcelId: String
    let lines: [LineQuantity]
    let kind: ParcelKind?
    let tracking: Tracking
    let pickupPlace: Place?
    let origin: Place?

    static func read(_ fields: inout FieldReader) -> PackParcel? {
        let parcelId = fields.required("parcelId", .identifier)
        let lines = fields.required("lines", .lines)
        let kind: ParcelKind? = fields.optional("kind", .word)
        let tracking = Tracking.read(&fields)
        let pickupPlace = fields.optional("pickupPlace", .place)
        let origin = fields.optional("origin", .place)
        guard let parcelId, let lines else { return nil }
        return PackParcel(
            parcelId: parcelId,
            lines: lines,
            kind: kind,
            tracking: tracking,
            pickupPlace: pickupPlace,
            origin: origin
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
        if let kind { writer.field("kind", kind) }
        tracking.write(&writer)
        writer.field("pickupPlace", pickupPlace)
        writer.field("origin", origin)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireConfirmed()
        try order.requireNoHold()
        guard order.parcelIndex(parcelId) == nil else {
            throw Rejection(.parcelExists, "The order has had a parcel \(parcelId).")
        }
        try order.require(lines, available: \.open, otherwise: .quantityNotOpen, described: "open")
        if (kind ?? .shipped) == .shipped, order.contactRef == nil || order.country == nil {
            throw Rejection(.shipToMissing, "A parcel that is shipped needs contactRef and country (ship-to).")
        }
        try order.requireRoom(order.parcels.count, within: OrderBound.parcels, for: "parcels")
        try order.requireRoomForLines(lines.count)
        let packed = ParcelPacked(
            parcelId: parcelId,
            lines: lines,
            kind: kind ?? .shipped,
            tracking: tracking,
            pickupPlace: pickupPlace,
            origin: origin
        )
        return [OrderEvent(packed, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool {
        order.lifecycle == .confirmed && !order.isOnHold && order.units.open > 0
            && order.parcels.count < OrderBound.parcels && order.hasRoomForLines
    }
}
