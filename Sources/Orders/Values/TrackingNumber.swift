/// The comparison of tracking numbers. Carriers, labels and people write one number with spaces, hyphens and letters of
/// either case, so that letters and digits alone count.
package enum TrackingNumber {
    /// The form in which two writings of one number are equal: the ASCII letters and digits, letters as capitals.
    ///
    /// - Returns: nil for a text without any of them, which is no tracking number.
    package static func key(_ number: String) -> String? {
        var key: [UInt8] = []
        for byte in number.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): key.append(byte)
            case UInt8(ascii: "a")...UInt8(ascii: "z"): key.append(byte & 0xDF)
            default: continue
            }
        }
        return key.isEmpty ? nil : String(decoding: key, as: UTF8.self)
    }
}
