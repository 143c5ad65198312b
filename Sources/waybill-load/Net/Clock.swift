import Primitives

/// The clocks of the measurements.
enum Clock {
    /// The time of the monotonic clock in nanoseconds.
    static func now() -> UInt64 { SystemClock.monotonicNanoseconds() }

    /// The time since 1970 in nanoseconds: the clock of `recordedAt`.
    static func wall() -> UInt64 { SystemClock.unixNanoseconds() }
}

extension Double {
    /// This number of seconds in nanoseconds.
    var nanoseconds: UInt64 { UInt64(Swift.max(0, self) * 1e9) }
}

extension UInt64 {
    /// This number of nanoseconds in seconds.
    var seconds: Double { Double(self) / 1e9 }
}
