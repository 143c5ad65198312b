/// An instant in UTC, in whole microseconds as the log records them, within the years 0001 to 9999 of RFC 3339.
package struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    package let unixMicroseconds: Int64

    /// 0001-01-01T00:00:00Z.
    package static let earliest = Timestamp(unchecked: -62_135_596_800_000_000)
    /// 9999-12-31T23:59:59.999999Z.
    package static let latest = Timestamp(unchecked: 253_402_300_799_999_999)

    /// Makes an instant; one outside the years 0001 to 9999 becomes the nearest one within.
    package init(unixMicroseconds: Int64) {
        let bounds = (Self.earliest.unixMicroseconds, Self.latest.unixMicroseconds)
        self.unixMicroseconds = min(max(unixMicroseconds, bounds.0), bounds.1)
    }

    private init(unchecked unixMicroseconds: Int64) {
        self.unixMicroseconds = unixMicroseconds
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.unixMicroseconds < right.unixMicroseconds
    }

    /// The instant that is that many seconds later.
    package func adding(seconds: Int) -> Timestamp {
        let (micros, overflow) = Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowed) = unixMicroseconds.addingReportingOverflow(micros)
        if overflow || overflowed { return seconds < 0 ? .earliest : .latest }
        return Timestamp(unixMicroseconds: sum)
    }

    /// The text in UTC. The fraction is left out when it is zero, and has six digits otherwise.
    package var rfc3339: String {
        text(withFraction: unixMicroseconds % 1_000_000 != 0)
    }

    /// The text in UTC, always with six digits of fraction: for recorded times.
    package var rfc3339Micro: String {
        text(withFraction: true)
    }

    private func text(withFraction: Bool) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(27)
        append(to: &bytes, withFraction: withFraction)
        return String(decoding: bytes, as: UTF8.self)
    }

    func append(to bytes: inout [UInt8], withFraction: Bool) {
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
        Self.append(date.year, digits: 4, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(date.month, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(date.day, digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: "T"))
        Self.append(Int(second / 3600), digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(Int(second / 60 % 60), digits: 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        Self.append(Int(second % 60), digits: 2, to: &bytes)
        if withFraction {
            bytes.append(UInt8(ascii: "."))
            Self.append(Int(fraction), digits: 6, to: &bytes)
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
