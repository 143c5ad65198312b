/// The fetches that tokens of unknown keys may cause: several at once, then one in each interval. Times are seconds.
struct FetchBudget: Sendable {
    private let burst: Double
    private let interval: Double
    /// The fetches that are left as of `countedAt`.
    private var left: Double
    private var countedAt: Double

    init(burst: Int, interval: Double, now: Double) {
        self.burst = Double(burst)
        self.interval = interval
        left = Double(burst)
        countedAt = now
    }

    /// Takes a fetch.
    ///
    /// - Returns: nil where one was left, else the seconds until one is.
    mutating func take(now: Double) -> Int? {
        // A clock that went back counts as one interval.
        let passed = now < countedAt ? interval : now - countedAt
        left = min(burst, left + passed / interval)
        countedAt = now
        guard left >= 1 else { return max(1, Int(((1 - left) * interval).rounded(.up))) }
        left -= 1
        return nil
    }
}
