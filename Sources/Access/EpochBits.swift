/// An epoch's 8 characters of `[a-z2-7]`, five bits each (the alphabet of RFC 4648, section 6, in lower case).
enum EpochBits {
    static func pack(_ epoch: String.UTF8View) -> UInt64? {
        guard epoch.count == 8 else { return nil }
        var bits: UInt64 = 0
        for character in epoch {
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): bits = bits << 5 | UInt64(character - UInt8(ascii: "a"))
            case UInt8(ascii: "2")...UInt8(ascii: "7"): bits = bits << 5 | UInt64(character - UInt8(ascii: "2") + 26)
            default: return nil
            }
        }
        return bits
    }

    static func unpack(_ bits: UInt64) -> String {
        String(unsafeUninitializedCapacity: 8) { text in
            for index in 0..<8 {
                let value = UInt8(truncatingIfNeeded: bits >> UInt64(35 - 5 * index) & 0x1F)
                text[index] = value < 26 ? UInt8(ascii: "a") + value : UInt8(ascii: "2") + value - 26
            }
            return 8
        }
    }
}
