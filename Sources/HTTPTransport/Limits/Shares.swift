/// Divides what is short among those that hold it.
enum Shares {
    /// The most that each may keep, so that no less than an amount is given back: the largest give first, down to what
    /// others have.
    ///
    /// - Parameters:
    ///   - shares: what each holds now.
    ///   - amount: the amount to be given back in all.
    ///   - least: what each may keep in any case.
    static func level(of shares: some Collection<Int>, removing amount: Int, least: Int = 0) -> Int {
        let largest = shares.filter { $0 > least }.sorted(by: >)
        guard amount > 0 else { return .max }
        var (sum, count) = (0, 0)
        for share in largest {
            // All of the ones before, brought down to this share, give enough.
            if sum - count * share >= amount { break }
            (sum, count) = (sum + share, count + 1)
        }
        guard count > 0 else { return least }
        return max(least, (sum - amount) / count)
    }
}
