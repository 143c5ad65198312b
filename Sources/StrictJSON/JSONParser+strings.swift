extension JSONParser {
    /// A string from its opening to its closing quote. Runs without an escape, nearly all of them, are copied at once.
    mutating func string() throws(JSONParseError) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                let text = try decoded(bytes[start..<offset])
                offset += 1
                return text
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case 0..<0x20:
                throw .malformed(offset: offset)
            default:
                offset += 1
            }
        }
        throw .malformed(offset: offset)
    }

    private mutating func escapedString(from start: Int) throws(JSONParseError) -> String {
        var plain: [UInt8] = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                return try decoded(plain)
            case UInt8(ascii: "\\"):
                offset += 1
                try escape(into: &plain)
            case 0..<0x20:
                throw .malformed(offset: offset)
            default:
                plain.append(byte)
                offset += 1
            }
        }
        throw .malformed(offset: offset)
    }

    private func decoded(_ bytes: some Sequence<UInt8>) throws(JSONParseError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
        return text
    }

    private mutating func escape(into plain: inout [UInt8]) throws(JSONParseError) {
        guard offset < bytes.count else { throw .malformed(offset: offset) }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(byte)
        case UInt8(ascii: "b"): plain.append(0x08)
        case UInt8(ascii: "f"): plain.append(0x0C)
        case UInt8(ascii: "n"): plain.append(0x0A)
        case UInt8(ascii: "r"): plain.append(0x0D)
        case UInt8(ascii: "t"): plain.append(0x09)
        case UInt8(ascii: "u"): plain.append(contentsOf: String(try escapedScalar()).utf8)
        default: throw .malformed(offset: offset - 1)
        }
    }

    /// `\uXXXX`, or the two of them that form a surrogate pair. A half of a pair alone names no character.
    private mutating func escapedScalar() throws(JSONParseError) -> Unicode.Scalar {
        let start = offset - 2
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw .malformed(offset: start) }
        let second = try hexadecimal()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw .malformed(offset: start) }
        return scalar
    }

    private mutating func hexadecimal() throws(JSONParseError) -> UInt32 {
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
