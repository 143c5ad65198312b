/// A value within a JSON text that is being read. Texts and numbers are made only on demand.
///
/// The node is valid only during the closure that `JSONNode.read` calls.
public struct JSONNode {
    let bytes: UnsafeRawBufferPointer
    let tokens: UnsafePointer<JSONToken>
    /// The index of the value's token; 0 is the whole text.
    let index: Int

    init(bytes: UnsafeRawBufferPointer, tokens: UnsafePointer<JSONToken>, index: Int) {
        self.bytes = bytes
        self.tokens = tokens
        self.index = index
    }

    /// The object without members, which is valid at any time.
    nonisolated(unsafe) public static let emptyObject: JSONNode = {
        let bytes: StaticString = "{}"
        let token = UnsafeMutablePointer<JSONToken>.allocate(capacity: 1)
        token.initialize(to: JSONToken(start: 0, length: 2, next: 1, kind: .object))
        let text = UnsafeRawBufferPointer(start: bytes.utf8Start, count: bytes.utf8CodeUnitCount)
        return JSONNode(bytes: text, tokens: UnsafePointer(token), index: 0)
    }()

    /// Checks one JSON text that fills all of `bytes`, white space around it aside, and passes its value to `body`.
    ///
    /// Strict: UTF-8 without a byte order mark, no name twice in an object, no lone surrogate, nothing after the value.
    /// - Parameter maximumDepth: how deep arrays and objects may nest; a scalar has depth 0.
    public static func read<R>(
        _ bytes: UnsafeRawBufferPointer,
        maximumDepth: Int = 32,
        _ body: (JSONNode) -> R
    ) throws(JSONParseError) -> R {
        let capacity = JSONScanner.capacity(for: bytes.count, maximumDepth: maximumDepth)
        // The closure returns a `Result`, since it cannot throw a typed error.
        return try withUnsafeTemporaryAllocation(of: JSONToken.self, capacity: capacity) { memory in
            Result { () throws(JSONParseError) in
                guard let tokens = memory.baseAddress else { throw .malformed(offset: 0) }
                var scanner = JSONScanner(bytes: bytes, maximumDepth: maximumDepth, tokens: tokens)
                try scanner.document()
                return body(JSONNode(bytes: bytes, tokens: UnsafePointer(tokens), index: 0))
            }
        }.get()
    }

    public static func read<R>(
        _ bytes: [UInt8],
        maximumDepth: Int = 32,
        _ body: (JSONNode) -> R
    ) throws(JSONParseError) -> R {
        try bytes.withUnsafeBytes { buffer in
            Result { () throws(JSONParseError) in try read(buffer, maximumDepth: maximumDepth, body) }
        }.get()
    }

    private var token: JSONToken { tokens[index] }

    public var isNull: Bool { token.kind == .null }
    public var isObject: Bool { token.kind == .object }
    public var isArray: Bool { token.kind == .array }

    /// The number of elements of an array or members of an object; 0 for anything else.
    public var count: Int { Int(token.count) }

    public var bool: Bool? {
        switch token.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// A string's text.
    public var string: String? {
        let token = token
        guard token.kind == .string else { return nil }
        if token.hasEscapes { return String(decoding: JSONEscapes.resolve(raw), as: UTF8.self) }
        return String(decoding: raw, as: UTF8.self)
    }

    /// Passes a string's text as UTF-8 to `body`; nil for anything else.
    public func withUTF8<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R? {
        let token = token
        guard token.kind == .string else { return nil }
        return token.hasEscapes ? JSONEscapes.resolve(raw).withUnsafeBytes(body) : body(raw)
    }

    /// The number as an integer; see `JSONNumber.integer`.
    public var integer: Int64? {
        guard token.kind == .number else { return nil }
        let digits = raw
        let isNegative = digits[0] == UInt8(ascii: "-")
        var magnitude: Int64 = 0
        // Any eighteen digits fit into Int64. Longer numbers, fractions and exponents take the slow path.
        guard digits.count <= 18 else { return number?.integer }
        for position in (isNegative ? 1 : 0)..<digits.count {
            let digit = digits[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return number?.integer }
            magnitude = magnitude &* 10 &+ Int64(digit)
        }
        return isNegative ? -magnitude : magnitude
    }

    /// A number as it was written.
    public var number: JSONNumber? {
        token.kind == .number ? JSONNumber(text: String(decoding: raw, as: UTF8.self)) : nil
    }

    /// The bytes of the value as they are written; those of a string without its quotes.
    var raw: UnsafeRawBufferPointer {
        let token = token
        return UnsafeRawBufferPointer(rebasing: bytes[Int(token.start)..<Int(token.start) + Int(token.length)])
    }

    func node(_ index: Int) -> JSONNode { JSONNode(bytes: bytes, tokens: tokens, index: index) }

    /// The index of the token after this value.
    var end: Int { Int(token.next) }
}
