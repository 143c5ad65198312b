/// A JSON value whose structure is not known beforehand, such as an event's `data`.
///
/// ```swift
/// let change = try frame.change()
/// let carrier = change.data?["carrier"]?.string
/// ```
public enum JSON: Sendable, Hashable {
    /// The value `null`.
    case null
    /// A truth value.
    case bool(Bool)
    /// A number without a fraction, within 64 bits.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A text.
    case string(String)
    /// An array.
    case array([JSON])
    /// An object: its members by name.
    case object([String: JSON])

    /// The member of this name; nil where the object has none, and for every value that is not an object.
    public subscript(name: String) -> JSON? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    /// The text of a string; nil for every other value.
    public var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number of an ``integer(_:)``; nil for every other value.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The truth value of a ``bool(_:)``; nil for every other value.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements of an array; nil for every other value.
    public var array: [JSON]? {
        if case .array(let elements) = self { elements } else { nil }
    }
}

extension JSON: Decodable {
    /// Decodes any JSON value.
    ///
    /// - Parameter decoder: the decoder to read from.
    /// - Throws: the decoder's error where it holds no JSON value.
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
