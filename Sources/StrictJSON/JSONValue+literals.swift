// JSON literals in Swift, for documents that the program itself describes.

extension JSONValue: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = .string(text) }
}

extension JSONValue: ExpressibleByStringInterpolation {}

extension JSONValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral number: Int64) { self = .number(JSONNumber(number)) }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    public init(booleanLiteral flag: Bool) { self = .bool(flag) }
}

extension JSONValue: ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// Members keep their order; of a name that stands twice the first counts.
    public init(dictionaryLiteral members: (String, JSONValue)...) { self = .members(members) }
}

extension JSONValue {
    /// An object of these members, in this order; of a name that stands twice the first counts.
    public static func members(_ members: some Sequence<(String, JSONValue)>) -> JSONValue {
        var object = JSONObject()
        for (name, value) in members { object.append(name, value) }
        return .object(object)
    }

    public static func integer(_ number: some BinaryInteger) -> JSONValue {
        .number(JSONNumber(text: String(number)))
    }

    public static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// This object with further members; what it has already stays.
    public func adding(_ members: (String, JSONValue)...) -> JSONValue {
        guard case .object(var object) = self else { return self }
        for (name, value) in members { object.append(name, value) }
        return .object(object)
    }

    /// The member of an object; nil where there is none, and for anything that is no object.
    public subscript(name: String) -> JSONValue? { object?[name] }

    /// The value as a text without white space.
    public var bytes: [UInt8] {
        var writer = JSONWriter(reserving: 4096)
        writer.value(self)
        return writer.bytes
    }
}
