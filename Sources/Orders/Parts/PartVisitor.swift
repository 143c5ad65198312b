/// An operation on the fields of an order's parts: `StateWriter` and `StateReader` for the stored state, `AnswerWriter`
/// and `AnswerDescriber` for what clients read.
///
/// A field is passed `inout`, since a reader sets it; the other visitors leave it as it is.
protocol PartVisitor {
    /// Tells whether parts that are hidden from customers, such as scans from before the order, belong into the form.
    var includesHiddenParts: Bool { get }

    /// A field that is always there.
    ///
    /// - Parameters:
    ///   - field: the form in which the stored state holds the value.
    ///   - shown: the value that customers read.
    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        as field: Field<Value>,
        for audience: FieldAudience,
        shown: Value
    )

    /// A field that is left out when it has no value.
    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value?,
        as field: Field<Value>,
        for audience: FieldAudience
    )

    /// A truth value. The stored state leaves `false` out.
    mutating func flag(_ name: StaticString, _ value: inout Bool, for audience: FieldAudience)

    /// A number of units. The stored state leaves 0 out.
    mutating func units(_ name: StaticString, _ count: inout Int)

    /// An amount in minor units of the order's currency. The stored state leaves 0 out and names no currency.
    ///
    /// - Parameter isSum: whether the amount adds several up, and so may pass the bound of a single one in the stored
    ///   state; answers show that bound then.
    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64, isSum: Bool)

    /// An amount that may be missing, in minor units of the order's currency. The stored state names no currency.
    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64?)

    /// An amount that follows from the fields, in minor units of the order's currency: clients read it, and the stored
    /// state does not hold it.
    mutating func computedAmount(_ name: StaticString, _ minorUnits: @autoclosure () -> Int64)

    /// A part within this one.
    mutating func part<Part: OrderPart>(_ name: StaticString, _ part: inout Part)

    /// A list of parts.
    ///
    /// - Parameters:
    ///   - storesEmpty: whether the stored state holds an empty list too, instead of leaving it out.
    ///   - isShown: selects the elements that the answer to clients holds.
    mutating func parts<Part: OrderPart>(
        _ name: StaticString,
        _ parts: inout [Part],
        for audience: FieldAudience,
        storesEmpty: Bool,
        isShown: (Part) -> Bool
    )

    /// A value that follows from the fields: clients read it, and the stored state does not hold it.
    mutating func computed<Value: PartValue>(_ name: StaticString, _ value: @autoclosure () -> Value)
}

extension PartVisitor {
    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        for audience: FieldAudience = .everyone
    ) {
        field(name, &value, as: Value.partField, for: audience, shown: value)
    }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        as field: Field<Value>,
        for audience: FieldAudience
    ) {
        self.field(name, &value, as: field, for: audience, shown: value)
    }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value?,
        for audience: FieldAudience
    ) {
        field(name, &value, as: Value.partField, for: audience)
    }

    mutating func field<Value: PartValue>(_ name: StaticString, _ value: inout Value, as field: Field<Value>) {
        self.field(name, &value, as: field, for: .everyone, shown: value)
    }

    mutating func field<Value: PartValue>(_ name: StaticString, _ value: inout Value, shown: Value) {
        field(name, &value, as: Value.partField, for: .everyone, shown: shown)
    }

    mutating func field<Value: PartValue>(_ name: StaticString, _ value: inout Value?) {
        field(name, &value, as: Value.partField, for: .everyone)
    }

    mutating func flag(_ name: StaticString, _ value: inout Bool) {
        flag(name, &value, for: .everyone)
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64) {
        amount(name, &minorUnits, isSum: false)
    }

    mutating func parts<Part: OrderPart>(
        _ name: StaticString,
        _ parts: inout [Part],
        isShown: (Part) -> Bool
    ) {
        self.parts(name, &parts, for: .everyone, storesEmpty: false, isShown: isShown)
    }

    mutating func parts<Part: OrderPart>(
        _ name: StaticString,
        _ parts: inout [Part],
        for audience: FieldAudience = .everyone,
        storesEmpty: Bool = false
    ) {
        self.parts(name, &parts, for: audience, storesEmpty: storesEmpty, isShown: { _ in true })
    }
}
