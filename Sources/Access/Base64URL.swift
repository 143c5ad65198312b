/// Base64url without padding (RFC 4648, section 5; RFC 7515, appendix C), strict: one text for each value.
package enum Base64URL {
    /// The base64url text of `bytes`.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        let length = (bytes.count * 4 + 2) / 3
        return String(unsafeUninitializedCapacity: length) { text in
            var used = 0
            var bits: UInt32 = 0
            var held = 0
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                held += 8
                while held >= 6 {
                    held -= 6
                    text[used] = alphabet[Int(bits >> UInt32(held) & 0x3F)]
                    used += 1
                }
            }
            if held > 0 {
                text[used] = alphabet[Int(bits << UInt32(6 - held) & 0x3F)]
                used += 1
            }
            return used
        }
    }

    /// The bytes of `text`.
    ///
    /// - Returns: nil where a character is not of the alphabet, the length is impossible, or unused bits of the last
    ///   character are set (else two texts would mean the same bytes).
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits: UInt32 = 0
        var held = 0
        for character in text {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        guard bits & ((1 << UInt32(held)) - 1) == 0 else { return nil }
        return bytes
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (index, character) in alphabet.enumerated() { values[Int(character)] = UInt8(index) }
        return values
    }()
}
