import StrictJSON

extension Field where Value == Bool {
    static var bool: Field { .checked("must be true or false", as: ["type": "boolean"]) { $0.bool } }
}

extension Field where Value == Int64 {
    static func integer(_ range: ClosedRange<Int64>) -> Field {
        .checked(
            "must be a whole number from \(range.lowerBound) to \(range.upperBound)",
            as: [
                "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
            ]
        ) { value in
            value.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }
}

extension Field where Value == Int {
    /// 1 … 1,000,000 units.
    static var quantity: Field {
        .checked(
            "must be a whole number from 1 to 1000000",
            as: ["type": "integer", "minimum": 1, "maximum": 1_000_000]
        ) { value in
            value.integer.flatMap { (1...1_000_000).contains($0) ? Int($0) : nil }
        }
    }
}

extension Field where Value == String {
    /// A text that says something.
    static var text: Field { text(atLeast: 1) }

    /// At most 500 characters, counted as Unicode scalars as JSON Schema does; NUL, which PostgreSQL cannot hold, is refused.
    static func text(atLeast minimum: Int) -> Field {
        Field(
            describe: { _ in
                let schema: JSONValue = ["type": "string"]
                return (minimum > 0 ? schema.adding(("minLength", .integer(minimum))) : schema)
                    .adding(("maxLength", 500), ("pattern", "^[^\\u0000]*$"))
            }
        ) { value, pointer, errors in
            let message: String
            if case .string(let text) = value {
                // A text is never longer in scalars than in bytes: counting is for the long ones.
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
            errors.append(FieldError(pointer: pointer.description, message: message))
            return nil
        }
    }

    /// An id that the caller gives to something within an order.
    static var identifier: Field {
        matching(
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
    }

    static var shop: Field {
        matching("must be a text of 1 to 63 characters out of a-z 0-9 -", "^[a-z0-9-]{1,63}$", 1...63) { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }

    /// ISO 3166-1 alpha-2, by its shape.
    static var country: Field {
        matching("must be two capital letters (ISO 3166-1)", "^[A-Z]{2}$", 2...2) { (0x41...0x5A).contains($0) }
    }

    static var currency: Field {
        Field.checked(
            "must be a currency code of ISO 4217",
            as: ["type": "string", "enum": .strings(Currency.all)]
        ) { value in
            value.string.flatMap { Currency.isKnown($0) ? $0 : nil }
        }.named("Currency", "A code of ISO 4217.")
    }

    /// A language tag by its shape (BCP 47): subtags of letters and digits, joined by hyphens.
    static var locale: Field {
        .checked(
            "must be a language tag such as en-GB (BCP 47)",
            as: ["type": "string", "maxLength": 64, "pattern": "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"]
        ) { value in
            guard let text = value.string, text.utf8.count <= 64 else { return nil }
            for (index, subtag) in text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
                .enumerated()
            {
                guard (index == 0 ? 2...8 : 1...8).contains(subtag.count) else { return nil }
                for byte in subtag {
                    let isLetter = (0x61...0x7A).contains(byte | 0x20)
                    guard isLetter || (index > 0 && (0x30...0x39).contains(byte)) else { return nil }
                }
            }
            return text
        }
    }

    private static func matching(
        _ message: String,
        _ pattern: String,
        _ lengths: ClosedRange<Int>,
        _ allowed: @escaping (UInt8) -> Bool
    ) -> Field {
        .checked(message, as: ["type": "string", "pattern": .string(pattern)]) { value in
            guard let text = value.string, lengths.contains(text.utf8.count), text.utf8.allSatisfy(allowed) else {
                return nil
            }
            return text
        }
    }
}

extension Field where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enumeration.
    static var word: Field {
        Field(
            describe: { catalog in
                catalog.reference(wordName(of: Value.self)) {
                    ["type": "string", "enum": .strings(Value.allCases.map(\.rawValue))]
                }
            }
        ) { value, pointer, errors in
            if let text = value.string, let word = Value(rawValue: text) { return word }
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            errors.append(FieldError(pointer: pointer.description, message: "must be one of \(words)"))
            return nil
        }
    }
}

/// An enumeration's name without its module: `ScanCode`, `ProofKind`.
package func wordName(of type: Any.Type) -> String {
    String(reflecting: type).split(separator: ".").dropFirst().joined()
}
