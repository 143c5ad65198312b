import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let count = Atomic<UInt64>(0)

    package var value: UInt64 { count.load(ordering: .relaxed) }

    package init() {}

    package func increment(by amount: UInt64 = 1) {
        count.wrappingAdd(amount, ordering: .relaxed)
    }
}

/// A number that goes up and down.
package final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    package init() {}

    package func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    /// - Parameter amount: may be negative.
    package func add(_ amount: Double) {
        var known = bits.load(ordering: .relaxed)
        while true {
            let wanted = (Double(bitPattern: known) + amount).bitPattern
            let (exchanged, original) = bits.weakCompareExchange(
                expected: known,
                desired: wanted,
                ordering: .relaxed
            )
            if exchanged { return }
            known = original
        }
    }
}

/// The distribution of observed times, or of other numbers, over fixed buckets.
package final class Histogram: Sendable {
    struct Snapshot: Hashable {
        /// One count for each bound, and the last for times beyond the greatest bound. Not cumulative.
        var counts: [UInt64]
        var sum: Double
    }

    /// Bounds in seconds, from 1 ms to 10 s.
    package static let defaultBuckets: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    let buckets: [Double]
    private let state: Mutex<Snapshot>

    init(buckets: [Double]) {
        self.buckets = buckets
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: buckets.count + 1), sum: 0))
    }

    var snapshot: Snapshot { state.withLock { $0 } }

    package func observe(_ duration: Duration) { observe(seconds: Self.seconds(duration)) }

    /// Divides no 128-bit numbers, as the quotient of two durations does.
    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    /// - Parameter times: the number of observations of the same value.
    package func observe(seconds: Double, times: UInt64 = 1) {
        observe(value: seconds, times: times)
    }

    /// - Parameter times: the number of observations of the same value.
    package func observe(value: Double, times: UInt64 = 1) {
        guard times > 0 else { return }
        let index = bucket(of: value)
        state.withLock {
            $0.counts[index] += times
            $0.sum += value * Double(times)
        }
    }

    /// Observes several times at once.
    package func observe(_ durations: some Sequence<Duration>) {
        state.withLock { state in
            for duration in durations {
                let seconds = Self.seconds(duration)
                state.counts[bucket(of: seconds)] += 1
                state.sum += seconds
            }
        }
    }

    /// A bound belongs to its bucket: `le` means less or equal.
    private func bucket(of value: Double) -> Int { buckets.firstIndex { value <= $0 } ?? buckets.count }
}
