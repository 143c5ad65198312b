import Foundation

/// A histogram of durations whose buckets grow by a fourth of a doubling: its percentiles are at most 9 % off.
struct DurationHistogram: Sendable {
    /// The number of visits in each bucket.
    private(set) var visits: [Int: Int64] = [:]
    private(set) var count: Int64 = 0
    private(set) var milliseconds: Int64 = 0

    mutating func add(bucket: Int, visits more: Int64, milliseconds sum: Int64) {
        visits[bucket, default: 0] += more
        count += more
        milliseconds += sum
    }

    /// The mean in milliseconds; 0 without visits.
    var mean: Double { count > 0 ? Double(milliseconds) / Double(count) : 0 }

    /// A percentile in milliseconds: the middle of its bucket.
    ///
    /// - Parameter share: the share of visits that are as long or shorter, 0 … 1.
    func percentile(_ share: Double) -> Double {
        let rank = max(1, Int64((Double(count) * share).rounded(.up)))
        var passed: Int64 = 0
        for (bucket, visits) in visits.sorted(by: { $0.key < $1.key }) {
            passed += visits
            if passed >= rank { return bucket == 0 ? 0 : exp2((Double(bucket) - 0.5) / 4) }
        }
        return 0
    }

    /// The bucket of a duration: 0 for less than a millisecond; bucket n holds 2^((n-1)/4) up to 2^(n/4) milliseconds.
    static func bucket(milliseconds: Int64) -> Int {
        milliseconds < 1 ? 0 : 1 + Int((log2(Double(milliseconds)) * 4).rounded(.down))
    }
}
