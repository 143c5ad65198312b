import Primitives

/// The clocks that measurements go by.
enum Clock {
    /// Nanoseconds of the monotonic clock.
    static func now() -> UInt64 { SystemClock.monotonicNanoseconds() }

    /// Nanoseconds since 1970: the clock of `recordedAt`.
    static func wall() -> UInt64 { SystemClock.unixNanoseconds() }
}

extension Double {
    /// This many seconds in nanoseconds.
    var nanoseconds: UInt64 { UInt64(Swift.max(0, self) * 1e9) }
}

extension UInt64 {
    /// This many nanoseconds in seconds.
    var seconds: Double { Double(self) / 1e9 }
}
