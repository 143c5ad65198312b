import StrictJSON

/// Collects the schema of a part as clients read it.
struct AnswerDescriber: PartVisitor {
    let catalog: SchemaCatalog
    var includesHiddenParts: Bool { true }
    /// The readers of the part that is being described.
    let audience: Audience
    /// The meanings of fields in the part at hand, by name.
    private let meanings: [String: String]
    private var required: [(String, JSONValue)] = []
    private var optional: [(String, JSONValue)] = []

    init(catalog: SchemaCatalog, audience: Audience, meanings: [String: String]) {
        self.catalog = catalog
        self.audience = audience
        self.meanings = meanings
    }

    /// The schema of a kind of part, by reference where it has a name.
    static func schema<Part: OrderPart>(
        of type: Part.Type,
        for audience: Audience,
        in catalog: SchemaCatalog
    ) -> JSONValue {
        func schema() -> JSONValue {
            var part = Part.blank
            var describer = AnswerDescriber(catalog: catalog, audience: audience, meanings: Part.meanings)
            part.visitFields(&describer)
            return describer.schema(note: Part.schemaNote)
        }
        return Part.schemaName.map { catalog.reference($0, schema) } ?? schema()
    }

    /// The schema of an object with the fields that were visited, required ones first.
    func schema(note: String?) -> JSONValue { .object(required, optional: optional, note) }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value,
        as field: Field<Value>,
        for audience: FieldAudience,
        shown: Value
    ) {
        guard audience.includes(self.audience) else { return }
        require(name, field.describe(catalog))
    }

    mutating func field<Value: PartValue>(
        _ name: StaticString,
        _ value: inout Value?,
        as field: Field<Value>,
        for audience: FieldAudience
    ) {
        guard audience.includes(self.audience) else { return }
        allow(name, field.describe(catalog))
    }

    mutating func flag(_ name: StaticString, _ value: inout Bool, for audience: FieldAudience) {
        guard audience.includes(self.audience) else { return }
        require(name, Bool.partField.describe(catalog))
    }

    mutating func units(_ name: StaticString, _ count: inout Int) {
        require(name, Int.partField.describe(catalog))
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64, isSum: Bool) {
        require(name, Money.partField.describe(catalog))
    }

    mutating func amount(_ name: StaticString, _ minorUnits: inout Int64?) {
        allow(name, Money.partField.describe(catalog))
    }

    mutating func computedAmount(_ name: StaticString, _ minorUnits: @autoclosure () -> Int64) {
        require(name, Money.partField.describe(catalog))
    }

    mutating func part<Part: OrderPart>(_ name: StaticString, _ part: inout Part) {
        require(name, Self.schema(of: Part.self, for: audience, in: catalog))
    }

    mutating func parts<Part: OrderPart>(
        _ name: StaticString,
        _ parts: inout [Part],
        for audience: FieldAudience,
        storesEmpty: Bool,
        isShown: (Part) -> Bool
    ) {
        guard audience.includes(self.audience) else { return }
        list(name, of: Part.self)
    }

    mutating func computed<Value: PartValue>(_ name: StaticString, _ value: @autoclosure () -> Value) {
        require(name, Value.partField.describe(catalog))
    }

    mutating func list<Part: OrderPart>(_ name: StaticString, of type: Part.Type) {
        let part = Self.schema(of: type, for: audience, in: catalog)
        require(name, ["type": "array", "items": part])
    }

    mutating func require(_ name: StaticString, _ schema: JSONValue) {
        required.append(("\(name)", schema.describing(member: "\(name)", meanings)))
    }

    mutating func allow(_ name: StaticString, _ schema: JSONValue) {
        optional.append(("\(name)", schema.describing(member: "\(name)", meanings)))
    }
}
