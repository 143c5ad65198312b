import StrictJSON

/// The place of a scan, in the carrier's words.
package struct Place: Sendable, Hashable {
    package let text: String
    /// ISO 3166-1, two letters.
    package let country: String?
    /// A name of the IANA time zone database.
    package let timeZone: String?
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
}

extension Place {
    static let meanings = [
        "text": "The place in words. The customer reads it.", "timeZone": "A name of the IANA time zone database.",
    ]
}
