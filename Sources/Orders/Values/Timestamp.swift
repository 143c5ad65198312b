import Primitives

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
        RFC3339.append(
            unixMicroseconds: unixMicroseconds,
            fraction: withFraction ? .microseconds : .none,
            to: &bytes
        )
    }
}
