import Primitives

/// A moment in UTC, to the microsecond.
struct Timestamp: Hashable {
    /// Since 1970-01-01T00:00:00Z; never negative.
    let microseconds: Int64

    static var now: Timestamp { Timestamp(microseconds: Int64(SystemClock.unixNanoseconds() / 1000)) }

    /// Appends `2026-11-22T09:30:19.000123Z` (RFC 3339).
    func append(to bytes: inout [UInt8]) {
        RFC3339.append(unixMicroseconds: microseconds, fraction: .microseconds, to: &bytes)
    }
}
