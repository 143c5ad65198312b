import StrictJSON

/// Reads parts from the form of the stored state. A field that is missing or wrong keeps its value and leaves an error
/// in `fields`.
struct StateReader: PartVisitor {
    var fields: FieldReader

    var includesHiddenParts: Bool { true }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        as field: Field<Value>,
        for audience: FieldAudience,
        shown: Value
    ) {
        if let stored = fields.required(name, field) { value = stored }
    }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value?,
        as field: Field<Value>,
        for audience: FieldAudience
    ) {
        value = fields.optional(name, field)
    }

    mutating func flag(_ name: StaticString, _ value: inout Bool, for audience: FieldAudience) {
        value = fields.optional(name, .bool) ?? false
    }

    mutating func units(_ name: StaticString, _ count: inout Int) {
        count = fields.optional(name, .quantity) ?? 0
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64, isSum: Bool) {
        minorUnits = fields.optional(name, isSum ? .sum : .count) ?? 0
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64?) {
        minorUnits = fields.optional(name, .count)
    }

    mutating func computedAmount(_ name: StaticString, _ minorUnits: @autoclosure () -> Int64) {}

    mutating func part<Part: OrderPart>(_ name: StaticString, _ part: inout Part) {
        if let stored = fields.required(name, Self.field(of: Part.self)) { part = stored }
    }

    mutating func parts<Part: OrderPart>(
        _ name: StaticString,
        _ parts: inout [Part],
        for audience: FieldAudience,
        storesEmpty: Bool,
        isShown: (Part) -> Bool
    ) {
        let field = Field<[Part]>.list(0...Int.max, of: Self.field(of: Part.self))
        parts = (storesEmpty ? fields.required(name, field) : fields.optional(name, field)) ?? []
    }

    mutating func computed<Value: PartValue>(_ name: StaticString, _ value: @autoclosure () -> Value) {}

    private static func field<Part: OrderPart>(of type: Part.Type) -> Field<Part> {
        .object { fields in
            var part = Part.blank
            var reader = StateReader(fields: fields)
            part.visitFields(&reader)
            part.completeReading()
            fields = reader.fields
            return part
        }
    }
}
