import StrictJSON

/// The shop's own texts on an order, by key. Waybill keeps them and does not read them.
package struct Metadata: Sendable, Equatable {
    package private(set) var texts: [String: String] = [:]

    /// The largest number of keys.
    package static let keyLimit = 50

    package init() {}

    init(_ texts: [String: String]) { self.texts = texts }

    /// The texts after a change: removals first, then settings.
    func changed(set: Metadata, remove: [String]) -> Metadata {
        var result = texts
        for key in remove { result[key] = nil }
        result.merge(set.texts) { $1 }
        return Metadata(result)
    }

    /// The entries by key, so that equal metadata gives equal texts.
    var sorted: [(key: String, value: String)] { texts.sorted { $0.key < $1.key } }
}

extension Metadata: PartValue {
    static var partField: Field<Metadata> { MetadataFields.stored }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Field where Value == Metadata {
    /// At most 50 keys `[A-Za-z0-9._-]{1,64}`, each with a text of at most 500 characters.
    static var metadata: Field { MetadataFields.given }
}

private enum MetadataFields {
    static let given = field(limit: Metadata.keyLimit)
    static let stored = field(limit: Int.max)

    private static func isKey(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func field(limit: Int) -> Field<Metadata> {
        let text = Field<String>.text(atLeast: 0)
        return Field(
            describe: { catalog in
                [
                    "type": "object", "maxProperties": .integer(Metadata.keyLimit),
                    "propertyNames": ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"],
                    "additionalProperties": text.describe(catalog),
                ]
            }
        ) { value, errors in
            guard value.isObject else {
                errors.append(FieldError(pointer: value.pointer, message: "must be an object"))
                return nil
            }
            guard value.count <= limit else {
                errors.append(FieldError(pointer: value.pointer, message: "must hold at most \(limit) keys"))
                return nil
            }
            var texts: [String: String] = [:]
            for member in value.members {
                let key = member.name.string ?? ""
                guard isKey(key) else {
                    let message = "must have a key of 1 to 64 characters out of A-Z a-z 0-9 . _ -"
                    errors.append(FieldError(pointer: member.value.pointer, message: message))
                    continue
                }
                texts[key] = text.read(member.value, &errors)
            }
            return texts.count == value.count ? Metadata(texts) : nil
        }
    }

    static let keys = Field<[String]>.list(
        0...Metadata.keyLimit,
        of: Field<String>.checked(
            "must be a key of 1 to 64 characters out of A-Z a-z 0-9 . _ -",
            as: ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"]
        ) { value in
            value.string.flatMap { isKey($0) ? $0 : nil }
        }
    )
}

extension Field where Value == [String] {
    /// At most 50 keys of metadata.
    static var metadataKeys: Field { MetadataFields.keys }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ metadata: Metadata) {
        key(name)
        value(.members(metadata.sorted.map { ($0.key, .string($0.value)) }))
    }
}
