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
        append(date.year, digits: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        append(Int(second / 3600), digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(Int(second / 60 % 60), digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        append(Int(second % 60), digits: 2, to: &bytes)
        switch digits {
        case .none: break
        case .milliseconds:
            bytes.append(UInt8(ascii: "."))
            append(Int(fraction / 1000), digits: 3, to: &bytes)
        case .microseconds:
            bytes.append(UInt8(ascii: "."))
            append(Int(fraction), digits: 6, to: &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(_ number: Int, digits: Int, to bytes: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
