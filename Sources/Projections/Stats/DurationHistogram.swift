import Foundation

/// Lengths of time in buckets that grow by a fourth of a doubling: a percentile read from them is at most 9 % off.
struct DurationHistogram: Sendable {
    /// Bucket and visits, in any order.
    private(set) var visits: [Int: Int64] = [:]
    private(set) var count: Int64 = 0
    private(set) var milliseconds: Int64 = 0

    mutating func add(bucket: Int, visits more: Int64, milliseconds sum: Int64) {
        visits[bucket, default: 0] += more
        count += more
        milliseconds += sum
    }

    /// In milliseconds; 0 when there are none.
    var mean: Double { count > 0 ? Double(milliseconds) / Double(count) : 0 }

    /// In milliseconds: the middle of the bucket that holds it.
    ///
    /// - Parameter share: 0 … 1.
    func percentile(_ share: Double) -> Double {
        let rank = max(1, Int64((Double(count) * share).rounded(.up)))
        var passed: Int64 = 0
        for (bucket, visits) in visits.sorted(by: { $0.key < $1.key }) {
            passed += visits
            if passed >= rank { return bucket == 0 ? 0 : exp2((Double(bucket) - 0.5) / 4) }
        }
        return 0
    }

    /// 0 for less than a millisecond; bucket n holds 2^((n-1)/4) up to 2^(n/4) milliseconds.
    static func bucket(_ milliseconds: Int64) -> Int {
        milliseconds < 1 ? 0 : 1 + Int((log2(Double(milliseconds)) * 4).rounded(.down))
    }
}
