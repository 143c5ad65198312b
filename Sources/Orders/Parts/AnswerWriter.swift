import StrictJSON

/// Writes parts as clients read them.
struct AnswerWriter: PartVisitor {
    var writer: JSONWriter
    /// The readers of the parts that are being written.
    var audience: Audience
    /// The order's currency, ISO 4217.
    let currency: String
    /// Tells whether the reader is one of the shop's, who sees parts that are hidden from customers.
    let includesHiddenParts: Bool

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        as field: Field<Value>,
        for audience: FieldAudience,
        shown: Value
    ) {
        guard audience.includes(self.audience) else { return }
        (self.audience == .customer ? shown : value).write(name, to: &writer)
    }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value?,
        as field: Field<Value>,
        for audience: FieldAudience
    ) {
        if audience.includes(self.audience) { value?.write(name, to: &writer) }
    }

    mutating func flag(_ name: StaticString, _ value: inout Bool, for audience: FieldAudience) {
        if audience.includes(self.audience) { writer.field(name, value) }
    }

    mutating func units(_ name: StaticString, _ count: inout Int) {
        writer.field(name, count)
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64, isSum: Bool) {
        writer.key(name)
        // A sum of several amounts can pass what one amount holds; readers of JSON hold no more exactly.
        writer.money(min(minorUnits, Money.maximumAmount), currency: currency)
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64?) {
        writer.field(name, minorUnits, in: currency)
    }

    mutating func computedAmount(_ name: StaticString, _ minorUnits: @autoclosure () -> Int64) {
        writer.key(name)
        writer.money(min(minorUnits(), Money.maximumAmount), currency: currency)
    }

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
        guard audience.includes(self.audience) else { return }
        list(name, parts, isShown)
    }

    mutating func computed<Value: PartValue>(_ name: StaticString, _ value: @autoclosure () -> Value) {
        value().write(name, to: &writer)
    }

    /// Writes a list of those parts that `isShown` selects.
    mutating func list<Part: OrderPart>(
        _ name: StaticString,
        _ parts: [Part],
        _ isShown: (Part) -> Bool = { _ in true }
    ) {
        writer.key(name)
        writer.beginArray()
        for var part in parts where isShown(part) { write(&part) }
        writer.endArray()
    }

    private mutating func write(_ part: inout some OrderPart) {
        writer.beginObject()
        part.visitFields(&self)
        writer.endObject()
    }
}
