import StrictJSON

extension Field where Value == String {
    /// A text that is not empty.
    static var text: Field { TextFields.text }

    /// A text of at most 500 characters, counted as Unicode scalars as JSON Schema does. NUL is refused: PostgreSQL
    /// cannot hold it.
    static func text(atLeast minimum: Int) -> Field { minimum == 0 ? TextFields.anyText : TextFields.text }

    /// An id that the caller gives to something within an order.
    static var identifier: Field { TextFields.identifier }

    static var shop: Field { TextFields.shop }

    /// A country by the form of its code: two capital letters (ISO 3166-1 alpha-2).
    static var country: Field { TextFields.country }

    static var currency: Field { TextFields.currency }

    /// A language tag by its form (BCP 47): subtags of letters and digits, joined by hyphens.
    static var locale: Field { TextFields.locale }

    /// The id under which a command is recognised when it is sent again.
    static var commandId: Field { TextFields.commandId }

    /// An opaque reference to a customer: 1 to 255 characters without controls, as the `sub` of a token.
    static var customer: Field { TextFields.customer }

    /// A text with at least one ASCII letter or digit: the only characters by which tracking numbers are compared.
    static var trackingNumber: Field { TextFields.trackingNumber }

    /// An address with the scheme https.
    static var httpsAddress: Field { TextFields.httpsAddress }
}

private enum TextFields {
    static let text = limited(atLeast: 1)

    static let anyText = limited(atLeast: 0)

    private static func limited(atLeast minimum: Int) -> Field<String> {
        Field(
            describe: { _ in
                let schema: JSONValue = ["type": "string"]
                return (minimum > 0 ? schema.adding(("minLength", .integer(minimum))) : schema)
                    .adding(("maxLength", 500), ("pattern", "^[^\\u0000]*$"))
            }
        ) { value, errors in
            let message: String
            if let text = value.string {
                // A text has at most as many scalars as bytes, so only long texts are counted.
                if text.utf8.contains(0) {
                    message = "must not contain NUL"
                } else if text.utf8.count > 500, text.unicodeScalars.count > 500 {
                    message = "must hold at most 500 characters"
                } else if text.utf8.count < minimum {
                    message = "must not be empty"
                } else {
                    return text
                }
            } else {
                message = "must be a text"
            }
            errors.append(FieldError(pointer: value.pointer, message: message))
            return nil
        }
    }

    static let identifier = matching(
        "must be a text of 1 to 64 characters out of A-Z a-z 0-9 . _ : -",
        "^[A-Za-z0-9._:-]{1,64}$",
        1...64
    ) { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    static let shop = matching(
        "must be a text of 1 to 63 characters out of a-z 0-9 -",
        "^[a-z0-9-]{1,63}$",
        1...63
    ) { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    static let country = matching("must be two capital letters (ISO 3166-1)", "^[A-Z]{2}$", 2...2) {
        (0x41...0x5A).contains($0)
    }

    static let currency = Field<String>.checked(
        "must be a currency code of ISO 4217",
        as: ["type": "string", "enum": .strings(Currency.all)]
    ) { value in
        value.string.flatMap { Currency.isKnown($0) ? $0 : nil }
    }.named("Currency", "A code of ISO 4217.")

    static let locale = Field<String>.checked(
        "must be a language tag such as en-GB (BCP 47)",
        as: ["type": "string", "maxLength": 64, "pattern": "^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$"]
    ) { value in
        // Many programs write de_DE for de-DE.
        guard
            let text = value.string.map({
                $0.contains("_")
                    ? $0.split(separator: "_", omittingEmptySubsequences: false).joined(separator: "-") : $0
            }),
            isLanguageTag(text)
        else { return nil }
        return text
    }

    static let customer = Field<String>.checked(
        "must be a text of 1 to 255 characters without control characters",
        as: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^\\u0000-\\u001F\\u007F-\\u009F]+$"]
    ) { value in
        guard let text = value.string, !text.isEmpty, text.unicodeScalars.count <= 255 else { return nil }
        return text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? text : nil
    }

    static let trackingNumber = Field<String>.checked(
        "must be a text of at most 500 characters with a letter A to Z or a digit",
        as: ["type": "string", "maxLength": 500, "pattern": "^[^\\u0000]*[A-Za-z0-9][^\\u0000]*$"]
    ) { value in
        guard let text = value.string, TrackingNumber.key(text) != nil, !text.utf8.contains(0) else { return nil }
        return text.unicodeScalars.count <= 500 ? text : nil
    }

    static let httpsAddress = Field<String>.checked(
        "must be an address of at most 500 printable ASCII characters that begins with https://",
        as: ["type": "string", "maxLength": 500, "pattern": "^https://[!-~]+$"]
    ) { value in
        guard let text = value.string, text.utf8.count > 8, text.unicodeScalars.count <= 500 else { return nil }
        guard text.utf8.starts(with: "https://".utf8) else { return nil }
        return text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
    }

    static let commandId = Field<String>.checked(
        "must be a text of 1 to 255 printable ASCII characters",
        as: ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"]
    ) { value in
        value.string.flatMap { CommandId.isValid($0) ? $0 : nil }
    }

    private static func isLanguageTag(_ text: String) -> Bool {
        guard text.utf8.count <= 64 else { return false }
        var subtag = 0
        var length = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "-") {
                guard (subtag == 0 ? 2...8 : 1...8).contains(length) else { return false }
                (subtag, length) = (subtag + 1, 0)
                continue
            }
            let isLetter = (0x61...0x7A).contains(byte | 0x20)
            guard isLetter || (subtag > 0 && (0x30...0x39).contains(byte)) else { return false }
            length += 1
        }
        return (subtag == 0 ? 2...8 : 1...8).contains(length)
    }

    private static func matching(
        _ message: String,
        _ pattern: String,
        _ lengths: ClosedRange<Int>,
        _ allowed: @escaping @Sendable (UInt8) -> Bool
    ) -> Field<String> {
        .checked(message, as: ["type": "string", "pattern": .string(pattern)]) { value in
            guard let text = value.string, lengths.contains(text.utf8.count), text.utf8.allSatisfy(allowed) else {
                return nil
            }
            return text
        }
    }
}
