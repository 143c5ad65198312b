/// When commands are meant to be sent, by the clock alone. What the service does changes nothing about it, so a service
/// that stalls is charged for every command that it kept waiting (the correction for coordinated omission).
struct SendSchedule {
    private let start: UInt64
    private let rate: Double
    private let total: Int
    private var taken = 0

    /// - Parameters:
    ///   - start: nanoseconds of `Clock`.
    ///   - rate: commands a second.
    ///   - seconds: how long the schedule runs.
    init(start: UInt64, rate: Double, seconds: Double) {
        self.start = start
        self.rate = rate
        total = Int(rate * seconds)
    }

    /// When the next command is due; nil after the last.
    var next: UInt64? { taken < total ? start + (Double(taken) / rate).nanoseconds : nil }

    /// Takes the next command off the schedule.
    ///
    /// - Returns: the moment for which it was intended; nil when none is due.
    mutating func take(at now: UInt64) -> UInt64? {
        guard let next, next <= now else { return nil }
        taken += 1
        return next
    }
}
