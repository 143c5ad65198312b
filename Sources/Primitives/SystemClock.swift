import CLinux
import Glibc

/// The system's clocks (clock_gettime(2)) as plain numbers, for code that reads them often.
public enum SystemClock {
    /// Nanoseconds of the monotonic clock, which never goes back.
    public static func monotonicNanoseconds() -> UInt64 { waybill_clock_nanoseconds(CLOCK_MONOTONIC) }

    /// Nanoseconds of the monotonic clock that goes on while the machine sleeps, unlike `monotonicNanoseconds`.
    public static func bootNanoseconds() -> UInt64 { waybill_clock_nanoseconds(CLOCK_BOOTTIME) }

    /// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    public static func unixNanoseconds() -> UInt64 { waybill_clock_nanoseconds(CLOCK_REALTIME) }

    /// Processor time of this process, in nanoseconds.
    public static func processNanoseconds() -> UInt64 { waybill_clock_nanoseconds(CLOCK_PROCESS_CPUTIME_ID) }
}
