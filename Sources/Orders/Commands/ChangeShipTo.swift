import StrictJSON

/// Sends what has not left yet elsewhere. Refused while units are under way or delivered; when all of them came back or
/// were lost, there is something to send again, and it may need another address.
struct ChangeShipTo: CommandPayload {
    static let name = CommandName.changeShipTo
    static let path = "ship-to"
    static let summary = "Sends what has not left yet elsewhere."

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
        try order.requireAlive()
        guard !order.hasDispatchedUnits else {
            throw Rejection(.alreadyDispatched, "Parcels of the order are under way or delivered.")
        }
        return [OrderEvent(ShipToChanged(contactRef: contactRef, country: country), at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.isAlive && !order.hasDispatchedUnits }
}
