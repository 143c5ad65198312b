import StrictJSON

/// How one kind of value is read, and what a JSON Schema says of it. Nil, when read, comes with at least one error, appended.
struct Field<Value> {
    let read: (JSONValue, JSONPointer, inout [FieldError]) -> Value?
    let describe: (SchemaCatalog) -> JSONValue

    init(
        describe: @escaping (SchemaCatalog) -> JSONValue,
        read: @escaping (JSONValue, JSONPointer, inout [FieldError]) -> Value?
    ) {
        self.read = read
        self.describe = describe
    }

    /// A field whose value is either what it must be, or one message says what that is.
    static func checked(
        _ message: String,
        as schema: @escaping @autoclosure () -> JSONValue,
        _ read: @escaping (JSONValue) -> Value?
    ) -> Field {
        Field(describe: { _ in schema() }) { value, pointer, errors in
            if let read = read(value) { return read }
            errors.append(FieldError(pointer: pointer.description, message: message))
            return nil
        }
    }

    /// An object that has no other fields than those that `read` asks for. So that it can describe itself, `read` asks for
    /// every one of them, whatever the others are.
    static func object(_ read: @escaping (inout FieldReader) -> Value?) -> Field {
        Field(describe: { catalog in FieldReader.schema(catalog) { _ = read(&$0) } }) { value, pointer, errors in
            guard case .object(let object) = value else {
                errors.append(FieldError(pointer: pointer.description, message: "must be an object"))
                return nil
            }
            var fields = FieldReader(object, at: pointer.description)
            let result = read(&fields)
            fields.refuseOthers()
            errors.append(contentsOf: fields.errors)
            return fields.errors.isEmpty ? result : nil
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
        ) { value, pointer, errors in
            guard case .array(let array) = value else {
                errors.append(FieldError(pointer: pointer.description, message: "must be an array"))
                return nil
            }
            guard counts.contains(array.count) else {
                let message = "must hold \(counts.lowerBound) to \(counts.upperBound) elements"
                errors.append(FieldError(pointer: pointer.description, message: message))
                return nil
            }
            let place = pointer.description
            var elements: [Element] = []
            elements.reserveCapacity(array.count)
            for (index, value) in array.enumerated() {
                if let element = element.read(value, JSONPointer(parent: place, index: index), &errors) {
                    elements.append(element)
                }
                if errors.count >= InvalidCommand.limit { break }
            }
            return elements.count == array.count ? elements : nil
        }
    }

    /// The same field, described once in the catalog under a name.
    func named(_ name: String, _ note: String? = nil) -> Field {
        Field(
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
