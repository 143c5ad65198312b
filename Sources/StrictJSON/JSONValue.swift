/// A parsed JSON text (RFC 8259).
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// Parses one JSON text that fills all of `bytes`, white space around it aside.
    ///
    /// Strict: UTF-8 without a byte order mark, no name twice in an object, no lone surrogate, nothing after the value.
    /// - Parameter maximumDepth: how deep arrays and objects may nest; a scalar has depth 0.
    package static func parse(_ bytes: [UInt8], maximumDepth: Int = 32) throws(JSONParseError) -> JSONValue {
        try JSONNode.read(bytes, maximumDepth: maximumDepth) { $0.value }
    }

    package static func parse(
        _ bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = 32
    ) throws(JSONParseError) -> JSONValue {
        try JSONNode.read(bytes, maximumDepth: maximumDepth) { $0.value }
    }

    /// Parses any other sequence of bytes, such as a buffer's view, after one copy.
    package static func parse(
        _ bytes: some Sequence<UInt8>,
        maximumDepth: Int = 32
    ) throws(JSONParseError) -> JSONValue {
        try parse(Array(bytes), maximumDepth: maximumDepth)
    }

    package var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let array) = self { array } else { nil }
    }

    package var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The number as an integer; see `JSONNumber.integer`.
    package var integer: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }
}
