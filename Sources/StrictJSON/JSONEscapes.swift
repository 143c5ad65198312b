/// The escape sequences of a JSON string (RFC 8259, section 7).
enum JSONEscapes {
    /// Checks the escape at `offset`.
    ///
    /// - Returns: the offset behind the escape.
    static func skip(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(JSONParseError) -> Int {
        var end = offset
        _ = try read(bytes, at: &end)
        return end
    }

    /// The text between two quotes, its escapes resolved. They were checked when it was scanned.
    static func resolve(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(raw.count)
        var offset = 0
        while offset < raw.count {
            if raw[offset] == UInt8(ascii: "\\"), let scalar = try? read(raw, at: &offset) {
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                text.append(raw[offset])
                offset += 1
            }
        }
        return text
    }

    /// - Parameter offset: of the backslash; afterwards behind the escape.
    private static func read(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws(JSONParseError) -> Unicode.Scalar {
        guard offset + 1 < bytes.count else { throw .malformed(offset: bytes.count) }
        let byte = bytes[offset + 1]
        offset += 2
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar(bytes, at: &offset)
        default: throw .malformed(offset: offset - 1)
        }
    }

    /// `XXXX`, or the two of them that form a surrogate pair. A half of a pair alone names no character.
    private static func scalar(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws(JSONParseError) -> Unicode.Scalar {
        let start = offset - 2
        let first = try hexadecimal(bytes, at: &offset)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw .malformed(offset: start) }
        offset += 2
        let second = try hexadecimal(bytes, at: &offset)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw .malformed(offset: start) }
        return scalar
    }

    private static func hexadecimal(
        _ bytes: UnsafeRawBufferPointer,
        at offset: inout Int
    ) throws(JSONParseError) -> UInt32 {
        guard offset + 4 <= bytes.count else { throw .malformed(offset: offset) }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw .malformed(offset: offset)
            }
            offset += 1
        }
        return value
    }
}
