import StrictJSON

/// Changes the address of units that have not left yet. Refused while units are on their way or delivered. After all of
/// them came back or were lost they are sent again, perhaps to another address.
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
        guard !order.hasDispatchedUnits else {
            throw Rejection(.alreadyDispatched, "Parcels of the order are under way or delivered.")
        }
        return [OrderEvent(ShipToChanged(contactRef: contactRef, country: country), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.isActive && !order.hasDispatchedUnits }
}
