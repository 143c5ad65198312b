import Glibc

/// The refusals of the recent past, by which `retry` grows for everybody: clients that are turned away and return
/// at the same pace would keep the service busy with refusals. Pure.
struct RefusalPressure: Sendable {
    /// The nanoseconds in which the count falls to 1/e.
    private static let decay: Double = 15e9
    /// The most that is added to a delay, in milliseconds.
    private static let limit = 57_000

    private var count = 0.0
    private var countedAt: UInt64 = 0

    /// - Parameter now: nanoseconds of the monotonic clock.
    mutating func refused(at now: UInt64) {
        count = level(at: now) + 1
        countedAt = now
    }

    /// The milliseconds that are added to the longest delay: one for each recent refusal, so that the refusals of a
    /// second become fewer the more clients return.
    func extraMilliseconds(at now: UInt64) -> Int { min(Self.limit, Int(level(at: now))) }

    private func level(at now: UInt64) -> Double {
        now > countedAt ? count * exp(-Double(now - countedAt) / Self.decay) : count
    }
}
