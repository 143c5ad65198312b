import StrictJSON

extension Field where Value == [LineQuantity] {
    /// A list of 1 … 500 lines, each `lineId` once.
    static var lines: Field { LineFields.quantities }
}

extension Field where Value == [ReceivedLine] {
    /// A list of 1 … 500 lines, each `lineId` once in each condition.
    static var receivedLines: Field { LineFields.received }

    /// The units that arrived so far, in any number of lines.
    static var receivedSoFar: Field { LineFields.receivedSoFar }
}

private enum LineFields {
    static let quantities = Field<[LineQuantity]>.list(
        1...500,
        of: Field<LineQuantity>.object { fields in
            let lineId = fields.required("lineId", .identifier)
            guard let quantity = fields.required("quantity", .quantity), let lineId else { return nil }
            return LineQuantity(lineId: lineId, quantity: quantity)
        }.named("LineQuantity")
    ).withoutRepeated { $0.lineId }

    static let receivedLine = Field<ReceivedLine>.object(meanings: ["condition": "The state of the units."]) { fields in
        let lineId = fields.required("lineId", .identifier)
        let quantity = fields.required("quantity", .quantity)
        guard let condition: Condition = fields.required("condition", .word), let lineId, let quantity else {
            return nil
        }
        return ReceivedLine(lineId: lineId, quantity: quantity, condition: condition)
    }.named("ReceivedLine")

    static let received = Field<[ReceivedLine]>.list(1...500, of: receivedLine)
        .withoutRepeated(note: "No `lineId` and `condition` twice.") { "\($0.lineId) \($0.condition)" }

    static let receivedSoFar = Field<[ReceivedLine]>.list(0...Int.max, of: receivedLine)
        .described { catalog in ["type": "array", "items": receivedUnits.describe(catalog)] }

    /// The units of several arrivals together, which may be more than one arrival holds.
    private static let receivedUnits = receivedLine.described { catalog in
        .object([
            ("lineId", ["type": "string", "description": "The caller's id of the line, unique within the order."]),
            ("quantity", ["type": "integer", "minimum": 0, "format": "int64", "description": "The number of units."]),
            (
                "condition",
                Field<Condition>.word.describe(catalog).adding(("description", "The state of the units."))
            ),
        ])
    }.named("ReceivedUnits")
}

extension Field {
    /// Refuses a list in which two elements have the same id.
    ///
    /// - Parameters:
    ///   - member: the member at which the error points.
    ///   - note: the rule in words, for the schema.
    ///   - id: the element's id.
    func withoutRepeated<Element>(
        member: String = "lineId",
        note: String? = nil,
        _ id: @escaping @Sendable (Element) -> String
    ) -> Field where Value == [Element] {
        let (read, describe) = (read, describe)
        let note = note ?? "No `\(member)` twice."
        return Field(describe: { describe($0).adding(("description", .string(note))) }) { value, errors in
            guard let elements = read(value, &errors) else { return nil }
            // Identifiers are ASCII, so equal texts are equal code units.
            if elements.count == 1 { return elements }
            let ids = elements.map(id)
            if ids.count <= 8, ids.indices.allSatisfy({ !ids[..<$0].contains(ids[$0]) }) { return elements }
            var seen: Set<String> = []
            for (index, id) in ids.enumerated() where !seen.insert(id).inserted {
                errors.append(FieldError(pointer: "\(value.pointer)/\(index)/\(member)", message: "is there twice"))
            }
            return seen.count == elements.count ? elements : nil
        }
    }
}
