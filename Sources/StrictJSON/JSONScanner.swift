/// Checks the grammar of one JSON text and records the place of each value. The depth is bounded, so the call stack is
/// too.
///
/// The scanner copies nothing out of the text: a value costs a token of 28 bytes and no allocation.
struct JSONScanner {
    let bytes: UnsafeRawBufferPointer
    let maximumDepth: Int
    /// The memory for the tokens, with room for `capacity(for:maximumDepth:)` of them.
    let tokens: UnsafeMutablePointer<JSONToken>
    private(set) var count = 0
    var offset = 0
    private var depth = 0

    /// The largest number of tokens in a text. Each value or name takes at least one byte, and one more separates it
    /// from the next; only opening brackets can follow each other directly, up to the allowed depth.
    static func capacity(for bytes: Int, maximumDepth: Int) -> Int { bytes / 2 + maximumDepth + 2 }

    init(bytes: UnsafeRawBufferPointer, maximumDepth: Int, tokens: UnsafeMutablePointer<JSONToken>) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        self.tokens = tokens
    }

    mutating func document() throws(JSONParseError) {
        guard bytes.count <= UInt32.max else { throw .malformed(offset: 0) }
        skipSpace()
        try value()
        skipSpace()
        guard offset == bytes.count else { throw .malformed(offset: offset) }
    }

    private mutating func value() throws(JSONParseError) {
        guard offset < bytes.count else { throw .malformed(offset: offset) }
        switch bytes[offset] {
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "t"): try literal("true", .true)
        case UInt8(ascii: "f"): try literal("false", .false)
        case UInt8(ascii: "n"): try literal("null", .null)
        default: try number()
        }
    }

    /// Opens an array or object; `close` completes its token.
    private mutating func open(_ kind: JSONToken.Kind) throws(JSONParseError) -> Int {
        guard depth < maximumDepth else { throw .tooDeep }
        depth += 1
        defer { offset += 1 }
        return add(kind, from: offset, length: 0)
    }

    private mutating func close(_ token: Int, _ members: Int) {
        depth -= 1
        tokens[token].length = UInt32(truncatingIfNeeded: offset) - tokens[token].start
        tokens[token].next = UInt32(truncatingIfNeeded: count)
        tokens[token].count = UInt32(truncatingIfNeeded: members)
    }

    @discardableResult
    private mutating func add(_ kind: JSONToken.Kind, from start: Int, length: Int, hasEscapes: Bool = false) -> Int {
        (tokens + count).initialize(
            to: JSONToken(
                start: UInt32(truncatingIfNeeded: start),
                length: UInt32(truncatingIfNeeded: length),
                next: UInt32(truncatingIfNeeded: count + 1),
                kind: kind,
                hasEscapes: hasEscapes
            )
        )
        count += 1
        return count - 1
    }

    private mutating func object() throws(JSONParseError) {
        let token = try open(.object)
        var names = JSONNames(first: token + 1)
        skipSpace()
        if take(UInt8(ascii: "}")) { return close(token, 0) }
        while true {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw .malformed(offset: offset) }
            let name = count
            try string()
            guard names.insert(name, bytes, tokens) else { throw .duplicateKey(text(of: name)) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw .malformed(offset: offset) }
            skipSpace()
            try value()
            skipSpace()
            if take(UInt8(ascii: "}")) {
                tokens[token].names = names.mask
                return close(token, names.count)
            }
            guard take(UInt8(ascii: ",")) else { throw .malformed(offset: offset) }
        }
    }

    private mutating func array() throws(JSONParseError) {
        let token = try open(.array)
        var elements = 0
        skipSpace()
        if take(UInt8(ascii: "]")) { return close(token, 0) }
        while true {
            skipSpace()
            try value()
            elements += 1
            skipSpace()
            if take(UInt8(ascii: "]")) { return close(token, elements) }
            guard take(UInt8(ascii: ",")) else { throw .malformed(offset: offset) }
        }
    }

    private mutating func literal(_ word: StaticString, _ kind: JSONToken.Kind) throws(JSONParseError) {
        let length = word.utf8CodeUnitCount
        guard offset + length <= bytes.count else { throw .malformed(offset: offset) }
        for position in 0..<length where bytes[offset + position] != word.utf8Start[position] {
            throw .malformed(offset: offset + position)
        }
        add(kind, from: offset, length: length)
        offset += length
    }

    private mutating func number() throws(JSONParseError) {
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        add(.number, from: start, length: offset - start)
    }

    private mutating func digits() throws(JSONParseError) {
        let start = offset
        while offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 { offset += 1 }
        if offset == start { throw .malformed(offset: offset) }
    }

    /// A string from its opening to its closing quote.
    private mutating func string() throws(JSONParseError) {
        offset += 1
        let start = offset
        var hasEscapes = false
        var seen: UInt8 = 0
        while true {
            skipPlainText()
            guard offset < bytes.count else { throw .malformed(offset: offset) }
            let byte = bytes[offset]
            seen |= byte
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20 else { throw .malformed(offset: offset) }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                offset = try JSONEscapes.skip(bytes, at: offset)
            } else {
                offset += 1
                // Of other scripts nearly all bytes are such.
                while offset < bytes.count, bytes[offset] >= 0x80 {
                    seen |= bytes[offset]
                    offset += 1
                }
            }
        }
        // Escapes are ASCII, so the raw bytes are UTF-8 exactly when the text is.
        if seen >= 0x80 {
            let raw = UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
            guard String(validating: raw, as: UTF8.self) != nil else { throw .invalidUTF8 }
        }
        add(.string, from: start, length: offset - start, hasEscapes: hasEscapes)
        offset += 1
    }

    /// Skips bytes that are ASCII, and neither quotes, backslashes nor control characters, eight at a time. Fewer than
    /// eight at the end of the document are left.
    @inline(__always)
    private mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while offset + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            let quotes = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
            let backslashes = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
            // The lowest high bit that is set is that of the first byte that was zero, or below 0x20, before the
            // subtraction: borrows reach only higher bytes.
            let found =
                (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
                | word
            guard found & highs == 0 else {
                offset += (found & highs).trailingZeroBitCount / 8
                return
            }
            offset += 8
        }
    }

    private func text(of token: Int) -> String {
        JSONNode(bytes: bytes, tokens: UnsafePointer(tokens), index: token).string ?? ""
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }
}
