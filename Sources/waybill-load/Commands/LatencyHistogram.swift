import Histogram

/// Latencies in microseconds, up to ten minutes, to three digits.
struct LatencyHistogram: Sendable {
    private var histogram = Histogram<UInt64>(
        highestTrackableValue: 600_000_000,
        numberOfSignificantValueDigits: .three
    )

    /// - Parameter nanoseconds: from the moment for which it was intended until its answer was complete.
    mutating func record(nanoseconds: UInt64) {
        histogram.record(min(max(nanoseconds / 1000, 1), 600_000_000))
    }

    mutating func add(_ other: LatencyHistogram) { histogram.add(other.histogram) }

    var count: UInt64 { histogram.totalCount }

    /// In milliseconds.
    func percentile(_ percent: Double) -> Double {
        count == 0 ? .nan : Double(histogram.valueAtPercentile(percent)) / 1000
    }

    /// In milliseconds.
    var longest: Double { count == 0 ? .nan : Double(histogram.max) / 1000 }
}
