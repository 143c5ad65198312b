/// A parsed JSON text (RFC 8259).
public enum JSONValue: Sendable, Equatable {
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
    public static func parse(_ bytes: [UInt8], maximumDepth: Int = 32) throws(JSONParseError) -> JSONValue {
        try JSONNode.read(bytes, maximumDepth: maximumDepth) { $0.value }
    }

    public static func parse(
        _ bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = 32
    ) throws(JSONParseError) -> JSONValue {
        try JSONNode.read(bytes, maximumDepth: maximumDepth) { $0.value }
    }

    /// Parses any other sequence of bytes, such as a buffer's view, after one copy.
    public static func parse(
        _ bytes: some Sequence<UInt8>,
        maximumDepth: Int = 32
    ) throws(JSONParseError) -> JSONValue {
        try parse(Array(bytes), maximumDepth: maximumDepth)
    }

    public var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    public var array: [JSONValue]? {
        if case .array(let array) = self { array } else { nil }
    }

    public var string: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The number as an integer; see `JSONNumber.integer`.
    public var integer: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }
}
