/// Writes strings as JSON (RFC 8259, section 7).
public enum JSONText {
    /// Appends a string in quotes. Quotes, backslashes and control characters are escaped, all else stays UTF-8.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { utf8 in
            guard utf8.count > composedLength || !composed(utf8, to: &bytes) else { return }
            bytes.append(UInt8(ascii: "\""))
            var start = 0
            for position in 0..<utf8.count {
                let byte = utf8[position]
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
                bytes.append(contentsOf: utf8[start..<position])
                start = position + 1
                appendEscape(of: byte, to: &bytes)
            }
            bytes.append(contentsOf: utf8[start...])
            bytes.append(UInt8(ascii: "\""))
        }
    }

    /// The length of a text up to which it is composed with its quotes before it is appended, in bytes.
    private static let composedLength = 62

    /// Appends a short text with one growth of the array.
    ///
    /// - Returns: false where the text needs escapes, and nothing was appended.
    private static func composed(_ utf8: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: composedLength + 2) { composed in
            composed[0] = UInt8(ascii: "\"")
            for position in 0..<utf8.count {
                let byte = utf8[position]
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
                composed[position + 1] = byte
            }
            composed[utf8.count + 1] = UInt8(ascii: "\"")
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: composed[..<(utf8.count + 2)]))
            return true
        }
    }

    private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(hexadecimalDigit(byte >> 4))
            bytes.append(hexadecimalDigit(byte & 15))
        }
    }

    private static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
