import NIOCore

/// The fields of messages: numbers in LEB128, texts and bytes after their length.
extension ByteBuffer {
    mutating func writeVarint(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(truncatingIfNeeded: rest))
    }

    mutating func writeText(_ text: String) {
        writeVarint(UInt64(text.utf8.count))
        writeString(text)
    }

    mutating func writeBlob(_ bytes: [UInt8]) {
        writeVarint(UInt64(bytes.count))
        writeBytes(bytes)
    }

    /// Reads a number that is no more than `Int64.max`.
    mutating func readNumber() -> Int64? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = readInteger(as: UInt8.self) else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(number) }
        }
        return nil
    }

    mutating func readText() -> String? {
        guard let length = readNumber(), length <= readableBytes else { return nil }
        return readString(length: Int(length))
    }

    mutating func readBlob() -> [UInt8]? {
        guard let length = readNumber(), length <= readableBytes else { return nil }
        return readBytes(length: Int(length))
    }
}
