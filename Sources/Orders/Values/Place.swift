import StrictJSON

/// Where a scan was made, in the carrier's words.
package struct Place: Sendable, Hashable {
    package let text: String
    /// ISO 3166-1, two letters.
    package let country: String?
    /// A name of the IANA time zone database.
    package let timeZone: String?
}

/// What the carrier holds to show that it delivered.
package struct Proof: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        case signature, photo, pin
    }

    package let kind: Kind
    /// The carrier's reference to it.
    package let ref: String?
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ place: Place?) {
        guard let place else { return }
        object(name) { writer in
            writer.field("text", place.text)
            writer.field("country", place.country)
            writer.field("timeZone", place.timeZone)
        }
    }

    mutating func field(_ name: StaticString, _ proof: Proof?) {
        guard let proof else { return }
        object(name) { writer in
            writer.field("kind", proof.kind)
            writer.field("ref", proof.ref)
        }
    }
}
