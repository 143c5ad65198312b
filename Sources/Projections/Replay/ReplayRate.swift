/// The rate of a replay over the last five seconds.
struct ReplayRate {
    private var marks: [(seconds: Double, seq: Int64)] = []
    private let windowSeconds = 5.0

    /// Notes the last folded event.
    ///
    /// - Parameter seconds: the time by a monotonic clock.
    /// - Returns: events per second.
    mutating func note(_ seq: Int64, atSeconds seconds: Double) -> Double {
        marks.append((seconds, seq))
        // One mark older than the window is kept, so that a rate can always be given.
        while marks.count > 2, marks[1].seconds <= seconds - windowSeconds { marks.removeFirst() }
        guard let first = marks.first, seconds > first.seconds else { return 0 }
        return Double(seq - first.seq) / (seconds - first.seconds)
    }
}
