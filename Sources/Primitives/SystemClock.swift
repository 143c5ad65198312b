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

    /// Processor time of the calling thread, in nanoseconds.
    public static func threadNanoseconds() -> UInt64 { waybill_clock_nanoseconds(CLOCK_THREAD_CPUTIME_ID) }

    /// The kernel's word on whether the clock follows a time server.
    public enum Synchronisation: Sendable {
        case synchronised, unsynchronised
    }

    /// The kernel's word (adjtimex(2)); nil where it gives none.
    public static var synchronisation: Synchronisation? {
        // Larger than the structure on every platform. All zero, it changes nothing.
        let size = 512
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        buffer.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        let state = adjtimex(OpaquePointer(buffer))
        guard state >= 0 else { return nil }
        return state == Int32(WAYBILL_TIME_ERROR) ? .unsynchronised : .synchronised
    }
}
