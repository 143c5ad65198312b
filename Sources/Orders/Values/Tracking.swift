import StrictJSON

/// The carrier of a parcel or a return, and the way to follow it. At least one of the three is there.
package struct Tracking: Sendable, Hashable {
    package var carrier: String?
    package var trackingNumber: String?
    /// An address with the scheme https.
    package var trackingUrl: String?

    var isEmpty: Bool { carrier == nil && trackingNumber == nil && trackingUrl == nil }

    /// The tracking itself; nil where it says nothing.
    var given: Tracking? { isEmpty ? nil : self }

    /// The number as it is compared; nil without a number.
    var numberKey: String? { trackingNumber.flatMap(TrackingNumber.key) }

    /// The tracking with what another one says in the place of its own.
    func replaced(by other: Tracking) -> Tracking {
        Tracking(
            carrier: other.carrier ?? carrier,
            trackingNumber: other.trackingNumber ?? trackingNumber,
            trackingUrl: other.trackingUrl ?? trackingUrl
        )
    }

    /// Tells whether the carrier can be the named one: names are compared without case, and an unknown one can be any.
    func mayBeOf(carrier name: String?) -> Bool {
        guard let carrier, let name else { return true }
        return carrier.lowercased() == name.lowercased()
    }

    /// Reads the three members from a command's or an event's fields; all of them may be missing.
    static func read(_ fields: inout FieldReader) -> Tracking {
        Tracking(
            carrier: fields.optional("carrier", .text),
            trackingNumber: fields.optional("trackingNumber", .trackingNumber),
            trackingUrl: fields.optional("trackingUrl", .httpsAddress)
        )
    }

    /// Reads the three members of a stored event, whose limits are those of the time in which it was written.
    static func read(stored fields: inout FieldReader) -> Tracking {
        Tracking(
            carrier: fields.optional("carrier", .text),
            trackingNumber: fields.optional("trackingNumber", .text),
            trackingUrl: fields.optional("trackingUrl", .text)
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("carrier", carrier)
        writer.field("trackingNumber", trackingNumber)
        writer.field("trackingUrl", trackingUrl)
    }
}

extension Tracking: OrderPart {
    static var blank: Tracking { Tracking() }

    static var schemaName: String? { "Tracking" }

    static var schemaNote: String? { "At least one of the three is there." }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("carrier", &carrier)
        visitor.field("trackingNumber", &trackingNumber)
        visitor.field("trackingUrl", &trackingUrl)
    }
}

extension Field where Value == Tracking {
    /// The tracking of a stored event.
    static var storedTracking: Field {
        Field.object { fields in Tracking.read(stored: &fields) }.named("Tracking", Tracking.schemaNote)
    }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ tracking: Tracking?) {
        if let tracking { object(name) { tracking.write(&$0) } }
    }
}
