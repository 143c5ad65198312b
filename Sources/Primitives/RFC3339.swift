/// Writes instants in UTC as RFC 3339 `date-time`s.
public enum RFC3339 {
    /// The digits of the fraction of a second.
    public enum Fraction {
        case none, milliseconds, microseconds
    }

    /// Appends an instant, such as `2026-11-22T09:30:19.000123Z`.
    ///
    /// - Parameters:
    ///   - unixMicroseconds: microseconds since 1970-01-01T00:00:00Z, within the years 0 to 9999.
    ///   - fraction: the digits of the fraction of a second, which is rounded down.
    public static func append(unixMicroseconds: Int64, fraction digits: Fraction, to bytes: inout [UInt8]) {
        var (seconds, fraction) = unixMicroseconds.quotientAndRemainder(dividingBy: 1_000_000)
        if fraction < 0 {
            fraction += 1_000_000
            seconds -= 1
        }
        var (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
        if second < 0 {
            second += 86_400
            days -= 1
        }
        let date = CivilDate(daysSince1970: Int(days))
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest) { text in
            put(date.year, digits: 4, at: 0, in: text)
            text[4] = UInt8(ascii: "-")
            put(date.month, digits: 2, at: 5, in: text)
            text[7] = UInt8(ascii: "-")
            put(date.day, digits: 2, at: 8, in: text)
            text[10] = UInt8(ascii: "T")
            put(Int(second / 3600), digits: 2, at: 11, in: text)
            text[13] = UInt8(ascii: ":")
            put(Int(second / 60 % 60), digits: 2, at: 14, in: text)
            text[16] = UInt8(ascii: ":")
            put(Int(second % 60), digits: 2, at: 17, in: text)
            var end = 19
            switch digits {
            case .none: break
            case .milliseconds:
                text[end] = UInt8(ascii: ".")
                put(Int(fraction / 1000), digits: 3, at: end + 1, in: text)
                end += 4
            case .microseconds:
                text[end] = UInt8(ascii: ".")
                put(Int(fraction), digits: 6, at: end + 1, in: text)
                end += 7
            }
            text[end] = UInt8(ascii: "Z")
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[...end]))
        }
    }

    /// The length of an instant with microseconds.
    private static let longest = 27

    private static func put(
        _ number: Int,
        digits: Int,
        at start: Int,
        in text: UnsafeMutableBufferPointer<UInt8>
    ) {
        var rest = UInt32(truncatingIfNeeded: number)
        for position in (start..<start + digits).reversed() {
            text[position] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}
