import StrictJSON

/// Changes the address of units that have not left yet. Refused while units are on their way.
struct ChangeShipTo: CommandPayload {
    static let name = CommandName.changeShipTo
    static let path = "ship-to"
    static let summary = "Changes the address of units that have not left yet."

    let contactRef: String
    let country: String

    static func read(_ fields: inout FieldReader) -> ChangeShipTo? {
        let contactRef = fields.required("contactRef", .text)
        guard let country = fields.required("country", .country), let contactRef else { return nil }
        return ChangeShipTo(contactRef: contactRef, country: country)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("contactRef", contactRef)
        writer.field("country", country)
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        try order.requireActive()
        guard order.units.shipped == 0 else {
            throw Rejection(.alreadyDispatched, "Parcels of the order are under way.")
        }
        return [OrderEvent(ShipToChanged(contactRef: contactRef, country: country), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.isActive && order.units.shipped == 0 }
}
