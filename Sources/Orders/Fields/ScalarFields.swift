import StrictJSON

// A field is needed for every member that is read, so fields that are always the same are made once.

extension Field where Value == Bool {
    static var bool: Field { ScalarFields.bool }
}

extension Field where Value == Int64 {
    static func integer(_ range: ClosedRange<Int64>) -> Field {
        .checked(
            "must be a whole number from \(range.lowerBound) to \(range.upperBound)",
            as: schema(of: range)
        ) { value in
            value.integer.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// The schema of a range. A format says so where 32 bits do not hold it, since makers of clients take 32 otherwise.
    private static func schema(of range: ClosedRange<Int64>) -> JSONValue {
        let schema: JSONValue = [
            "type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound),
        ]
        return range.upperBound > Int64(Int32.max) ? schema.adding(("format", "int64")) : schema
    }

    /// A number that the service counted.
    static var count: Field { ScalarFields.count }
}

extension Field where Value == Int {
    /// 1 … 1,000,000 units.
    static var quantity: Field { ScalarFields.quantity }
}

private enum ScalarFields {
    static let bool = Field<Bool>.checked("must be true or false", as: ["type": "boolean"]) { $0.bool }

    static let count = Field<Int64>.integer(0...Int64.max)

    static let quantity = Field<Int>.checked(
        "must be a whole number from 1 to 1000000",
        as: ["type": "integer", "minimum": 1, "maximum": 1_000_000]
    ) { value in
        value.integer.flatMap { (1...1_000_000).contains($0) ? Int($0) : nil }
    }
}

extension Field where Value: WireWord {
    /// One of the words of an enumeration.
    static var word: Field {
        Field(describe: { $0.reference(to: Value.self) }) { value, errors in
            if let text = value.string, let word = Value(rawValue: text) { return word }
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            errors.append(FieldError(pointer: value.pointer, message: "must be one of \(words)"))
            return nil
        }
    }
}

/// The name of an enumeration without its module: `ScanCode`, `ProofKind`.
package func wordName(of type: Any.Type) -> String {
    String(reflecting: type).split(separator: ".").dropFirst().joined()
}
