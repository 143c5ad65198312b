/// Decodes percent-encoded text (RFC 3986, section 2.1) strictly.
enum PercentEncodedText {
    /// The meaning of `+`: itself in a path, a space in a query, as HTML forms and URLSearchParams write it.
    enum Plus {
        case itself, space
    }

    /// - Returns: nil for broken escapes, invalid UTF-8 and NUL, which no text of the log holds.
    static func decode(_ text: Substring, plus: Plus = .itself) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+") where plus == .space: bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = digit(rest.popFirst()), let low = digit(rest.popFirst()) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8?) -> UInt8? {
        byte.flatMap { Character(UnicodeScalar($0)).hexDigitValue }.map { UInt8($0) }
    }
}
