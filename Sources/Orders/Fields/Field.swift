import StrictJSON

/// How one kind of value is read. Nil comes with at least one error, appended.
struct Field<Value> {
    let read: (JSONValue, JSONPointer, inout [FieldError]) -> Value?

    init(_ read: @escaping (JSONValue, JSONPointer, inout [FieldError]) -> Value?) {
        self.read = read
    }

    /// A field whose value is either what it must be, or one message says what that is.
    static func checked(_ message: String, _ read: @escaping (JSONValue) -> Value?) -> Field {
        Field { value, pointer, errors in
            if let read = read(value) { return read }
            errors.append(FieldError(pointer: pointer.description, message: message))
            return nil
        }
    }

    /// An object that has no other fields than those that `read` asks for.
    static func object(_ read: @escaping (inout FieldReader) -> Value?) -> Field {
        Field { value, pointer, errors in
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
        Field { value, pointer, errors in
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
}
