/// A schedule of commands by the clock alone. The service's answers do not change it, so that a service which stalls is
/// charged for every command that it kept waiting (the correction for coordinated omission).
struct SendSchedule {
    private let start: UInt64
    private let rate: Double
    private let total: Int
    private var taken = 0

    /// - Parameters:
    ///   - start: the first command's time, in nanoseconds of `Clock`.
    ///   - rate: commands per second.
    ///   - seconds: the length of the schedule.
    init(start: UInt64, rate: Double, seconds: Double) {
        self.start = start
        self.rate = rate
        total = Int(rate * seconds)
    }

    /// The time at which the next command is due; nil after the last.
    var next: UInt64? { taken < total ? start + (Double(taken) / rate).nanoseconds : nil }

    /// Removes the next command from the schedule.
    ///
    /// - Returns: the time for which the command was intended; nil where none is due.
    mutating func take(at now: UInt64) -> UInt64? {
        guard let next, next <= now else { return nil }
        taken += 1
        return next
    }
}
