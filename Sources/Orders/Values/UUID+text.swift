package import FoundationEssentials

/// The canonical form of RFC 9562, section 4. Foundation's own conversion goes through `printf` and `sscanf`, which
/// costs too much where every command and every event has an id.
extension UUID {
    /// The canonical form: 36 characters, in lower case.
    package var text: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            withUnsafeBytes(of: uuid) { bytes in
                var position = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        buffer[position] = UInt8(ascii: "-")
                        position += 1
                    }
                    buffer[position] = Self.digit(byte >> 4)
                    buffer[position + 1] = Self.digit(byte & 15)
                    position += 2
                }
            }
            return 36
        }
    }

    /// Reads the canonical form, in either case.
    ///
    /// - Returns: nil for anything else, braces included.
    package init?(text: String) {
        var text = text
        guard let uuid = text.withUTF8({ UUID(text: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = uuid
    }

    /// Reads the bytes of the canonical form.
    package init?(text: UnsafeRawBufferPointer) {
        guard text.count == 36 else { return nil }
        var bytes: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (position, byte) in text.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let value = Self.value(of: byte) else { return nil }
            if digits < 16 { bytes.0 = bytes.0 << 4 | value } else { bytes.1 = bytes.1 << 4 | value }
            digits += 1
        }
        self = withUnsafeBytes(of: (bytes.0.bigEndian, bytes.1.bigEndian)) { raw in
            UUID(uuid: raw.loadUnaligned(as: uuid_t.self))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(of digit: UInt8) -> UInt64? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
