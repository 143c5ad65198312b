/// The characters that some clients take for line ends although Server-Sent Events do not: U+0085, U+2028 and U+2029.
///
/// A text that is split at them no longer parses as JSON, so frames carry them as JSON escapes. In JSON they can only
/// stand in strings, where an escape means the same.
enum LineSeparators {
    /// The bytes that one escape has.
    private static let escapeLength = 6

    /// The JSON text with these characters as escapes. A text without them is returned as it is.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        guard let first = next(in: json, from: 0) else { return json }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(json.count + growth(of: json))
        var (start, found): (Int, (index: Int, length: Int)?) = (0, first)
        while let separator = found {
            bytes.append(contentsOf: json[start..<separator.index])
            bytes.append(contentsOf: escape(json[separator.index + separator.length - 1]))
            start = separator.index + separator.length
            found = next(in: json, from: start)
        }
        bytes.append(contentsOf: json[start...])
        return bytes
    }

    /// The number of bytes that the escapes add.
    static func growth(of json: [UInt8]) -> Int {
        var (growth, start) = (0, 0)
        while let found = next(in: json, from: start) {
            growth += escapeLength - found.length
            start = found.index + found.length
        }
        return growth
    }

    private static func next(in json: [UInt8], from start: Int) -> (index: Int, length: Int)? {
        json.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count {
                switch bytes[index] {
                case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0x85: return (index, 2)
                case 0xE2 where index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8:
                    return (index, 3)
                default: index += 1
                }
            }
            return nil
        }
    }

    /// - Parameter last: the last byte of the character in UTF-8.
    private static func escape(_ last: UInt8) -> StaticBytes {
        switch last {
        case 0x85: "\\u0085".utf8
        case 0xA8: "\\u2028".utf8
        default: "\\u2029".utf8
        }
    }

    private typealias StaticBytes = String.UTF8View
}
