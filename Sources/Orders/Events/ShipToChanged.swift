import StrictJSON

/// The address of units that have not left was changed.
struct ShipToChanged: EventPayload {
    static let summaries: [EventType: String] = [.shipToChanged: "The address of units that have not left was changed."]

    let contactRef: String
    let country: String

    var type: EventType { .shipToChanged }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("contactRef", contactRef)
        writer.field("country", country)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ShipToChanged? {
        let contactRef = stored.data.required("contactRef", .text)
        guard let country = stored.data.required("country", .country), let contactRef else { return nil }
        return ShipToChanged(contactRef: contactRef, country: country)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.contactRef = contactRef
        order.country = country
    }
}
