import StrictJSON

/// A kind of value: its reader and its JSON Schema.
struct Field<Value>: Sendable {
    /// Reads the value; nil comes with at least one error, appended.
    let read: @Sendable (JSONNode, inout [FieldError]) -> Value?
    /// The schema of the value.
    let describe: @Sendable (SchemaCatalog) -> JSONValue

    init(
        describe: @escaping @Sendable (SchemaCatalog) -> JSONValue,
        read: @escaping @Sendable (JSONNode, inout [FieldError]) -> Value?
    ) {
        self.read = read
        self.describe = describe
    }

    /// A field with one error message, which says what the value must be.
    static func checked(
        _ message: String,
        as schema: @escaping @autoclosure @Sendable () -> JSONValue,
        _ read: @escaping @Sendable (JSONNode) -> Value?
    ) -> Field {
        Field(describe: { _ in schema() }) { value, errors in
            if let read = read(value) { return read }
            errors.append(FieldError(pointer: value.pointer, message: message))
            return nil
        }
    }

    /// An object that has no other fields than those that `read` asks for. `read` asks for each of them, whatever the
    /// values of the others are, so that the object can describe itself.
    ///
    /// - Parameter meanings: the meanings of the object's fields, where they differ from the common ones.
    static func object(
        meanings: [String: String] = [:],
        _ read: @escaping @Sendable (inout FieldReader) -> Value?
    ) -> Field {
        Field(describe: { catalog in FieldReader.schema(catalog, meanings: meanings) { _ = read(&$0) } }) {
            value,
            errors in
            guard value.isObject else {
                errors.append(FieldError(pointer: value.pointer, message: "must be an object"))
                return nil
            }
            var fields = FieldReader(value)
            let result = read(&fields)
            fields.rejectUnknownMembers()
            guard fields.errors.isEmpty else {
                errors.append(contentsOf: fields.errors)
                return nil
            }
            return result
        }
    }

    static func list<Element>(_ counts: ClosedRange<Int>, of element: Field<Element>) -> Field
    where Value == [Element] {
        Field(
            describe: { catalog in
                [
                    "type": "array", "items": element.describe(catalog),
                    "minItems": .integer(counts.lowerBound), "maxItems": .integer(counts.upperBound),
                ]
            }
        ) { value, errors in
            guard value.isArray else {
                errors.append(FieldError(pointer: value.pointer, message: "must be an array"))
                return nil
            }
            let count = value.count
            guard counts.contains(count) else {
                let message = "must hold \(counts.lowerBound) to \(counts.upperBound) elements"
                errors.append(FieldError(pointer: value.pointer, message: message))
                return nil
            }
            var elements: [Element] = []
            elements.reserveCapacity(count)
            for node in value.elements {
                if let element = element.read(node, &errors) { elements.append(element) }
                if errors.count >= InvalidCommand.limit { break }
            }
            return elements.count == count ? elements : nil
        }
    }

    /// The same field with another schema.
    func described(as describe: @escaping @Sendable (SchemaCatalog) -> JSONValue) -> Field {
        Field(describe: describe, read: read)
    }

    /// The same field, described once in the catalog under a name.
    func named(_ name: String, _ note: String? = nil) -> Field {
        let describe = describe
        return Field(
            describe: { catalog in
                catalog.reference(name) {
                    let schema = describe(catalog)
                    return note.map { schema.adding(("description", .string($0))) } ?? schema
                }
            },
            read: read
        )
    }
}
