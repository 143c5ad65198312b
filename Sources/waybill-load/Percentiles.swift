/// Measured durations, in milliseconds.
struct Percentiles {
    private let sorted: [Double]

    init(_ milliseconds: [Double]) {
        sorted = milliseconds.sorted()
    }

    var count: Int { sorted.count }

    /// The value below which this share of the measurements lies (nearest rank).
    func callAsFunction(_ percent: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let rank = Int((percent / 100 * Double(sorted.count)).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }

    var summary: String {
        [("p50", 50.0), ("p90", 90), ("p99", 99), ("max", 100)]
            .map { "\($0.0) \(Self.text(self($0.1))) ms" }
            .joined(separator: ", ")
    }

    private static func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
