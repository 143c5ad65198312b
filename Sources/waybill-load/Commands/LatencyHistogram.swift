/// A histogram of latencies from one microsecond to ten minutes, exact to three significant digits.
///
/// Values are counted as HdrHistogram counts them: each power of two has 1,024 buckets of equal width, so that a bucket
/// is never wider than a thousandth of its values. Percentiles are those of that library. The library itself is not
/// used, since SwiftPM fetches a package that only the load tool needs for everybody who builds the service.
struct LatencyHistogram: Sendable {
    /// The greatest value, in microseconds. Greater latencies count as this.
    private static let limit: UInt64 = 600_000_000
    /// The number of leading binary digits that are kept: 2,048 is the first power of two that keeps all values of
    /// three decimal digits apart.
    private static let precision = 11
    private static let half = 1 << (precision - 1)

    /// The number of latencies recorded.
    private(set) var count: UInt64 = 0
    private var greatest: UInt64 = 0
    private var buckets = [UInt64](repeating: 0, count: index(of: limit) + 1)

    /// Records one latency.
    ///
    /// - Parameter nanoseconds: the time from the moment for which a command was intended until its answer was
    ///   complete.
    mutating func record(nanoseconds: UInt64) {
        let microseconds = min(max(nanoseconds / 1000, 1), Self.limit)
        buckets[Self.index(of: microseconds)] += 1
        greatest = max(greatest, microseconds)
        count += 1
    }

    /// Adds the latencies of another histogram.
    mutating func add(_ other: LatencyHistogram) {
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        greatest = max(greatest, other.greatest)
        count += other.count
    }

    /// The latency, in milliseconds, that `percent` percent of the recorded latencies do not exceed; not a number for
    /// an empty histogram.
    func percentile(_ percent: Double) -> Double {
        guard count > 0 else { return .nan }
        // Without `nextDown`, a rank that rounding lifts just above a whole number would become the next rank.
        let rank = max(1, UInt64((percent.nextDown * Double(count) / 100).rounded(.up)))
        var seen: UInt64 = 0
        for (index, number) in buckets.enumerated() {
            seen += number
            if seen >= rank { return Double(min(Self.upperBound(ofBucket: index), greatest)) / 1000 }
        }
        return longest
    }

    /// The longest latency in milliseconds; not a number for an empty histogram.
    var longest: Double { count == 0 ? .nan : Double(greatest) / 1000 }

    /// The bucket of a value in microseconds: that of its leading digits, after the buckets of all smaller powers of
    /// two.
    private static func index(of microseconds: UInt64) -> Int {
        let shift = max(0, UInt64.bitWidth - microseconds.leadingZeroBitCount - precision)
        return shift * half + Int(microseconds >> UInt64(shift))
    }

    /// The greatest value, in microseconds, that a bucket counts.
    private static func upperBound(ofBucket index: Int) -> UInt64 {
        let shift = max(0, index / half - 1)
        return (UInt64(index - shift * half + 1) << UInt64(shift)) - 1
    }
}
