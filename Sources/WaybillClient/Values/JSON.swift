/// A JSON value of which one knows little beforehand, such as an event's `data`.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number without a fraction, within 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The object's member of this name; nil where there is none, and where this is no object.
    public subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text that this is.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The whole number that this is.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The truth value that this is.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements of the array that this is.
    public var array: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension JSON: Decodable {
    /// Reads any value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }
}
