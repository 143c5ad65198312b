import StrictJSON

/// Writes parts in the form of the stored state. Zeros, falsehoods and empty lists are left out.
struct StateWriter: PartVisitor {
    var writer: JSONWriter

    var includesHiddenParts: Bool { true }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        as field: Field<Value>,
        for audience: FieldAudience,
        shown: Value
    ) {
        value.write(name, to: &writer)
    }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value?,
        as field: Field<Value>,
        for audience: FieldAudience
    ) {
        value?.write(name, to: &writer)
    }

    mutating func flag(_ name: StaticString, _ value: inout Bool, for audience: FieldAudience) {
        if value { writer.field(name, true) }
    }

    mutating func units(_ name: StaticString, _ count: inout Int) {
        if count != 0 { writer.field(name, count) }
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64, isSum: Bool) {
        if minorUnits != 0 { writer.field(name, minorUnits) }
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64?) {
        if let minorUnits { writer.field(name, minorUnits) }
    }

    mutating func computedAmount(_ name: StaticString, _ minorUnits: @autoclosure () -> Int64) {}

    mutating func part<Part: OrderPart>(_ name: StaticString, _ part: inout Part) {
        writer.key(name)
        write(&part)
    }

    mutating func parts<Part: OrderPart>(
        _ name: StaticString,
        _ parts: inout [Part],
        for audience: FieldAudience,
        storesEmpty: Bool,
        isShown: (Part) -> Bool
    ) {
        guard storesEmpty || !parts.isEmpty else { return }
        writer.key(name)
        writer.beginArray()
        for var part in parts { write(&part) }
        writer.endArray()
    }

    mutating func computed<Value: PartValue>(_ name: StaticString, _ value: @autoclosure () -> Value) {}

    private mutating func write(_ part: inout some OrderPart) {
        writer.beginObject()
        part.visitFields(&self)
        writer.endObject()
    }
}
