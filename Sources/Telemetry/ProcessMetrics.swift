import Glibc

/// The process as Prometheus' client libraries describe it, read from `/proc` when the metrics are.
package enum ProcessMetrics {
    package static func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.counter("process_cpu_seconds_total", help: "Processor time that the process has used, in seconds.")
        {
            cpuSeconds
        }
        try registry.gauge("process_resident_memory_bytes", help: "Memory of the process that is in RAM, in bytes.") {
            residentBytes ?? .nan
        }
        let start = startSeconds ?? .nan
        try registry.gauge(
            "process_start_time_seconds",
            help: "The time at which the process began, in seconds since 1970."
        ) {
            start
        }
    }

    /// User and system time of all threads, those that have ended included.
    private static var cpuSeconds: Double {
        var usage = rusage()
        // It fails for an unknown subject only.
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return .nan }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }

    /// The second field of `statm` is the resident size in pages (proc(5)).
    private static var residentBytes: Double? {
        guard let fields = fields(of: "/proc/self/statm"), fields.count > 1 else { return nil }
        return Double(fields[1]).map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// The 22nd field of `stat` is the time of the start in ticks since the machine's own start (proc(5)).
    private static var startSeconds: Double? {
        guard let text = text(of: "/proc/self/stat"), let end = text.lastIndex(of: ")") else { return nil }
        // The second field, in parentheses, may hold spaces.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
        var (now, sinceBoot) = (timespec(), timespec())
        clock_gettime(CLOCK_REALTIME, &now)
        clock_gettime(CLOCK_BOOTTIME, &sinceBoot)
        return seconds(now) - seconds(sinceBoot) + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func seconds(_ time: timespec) -> Double { Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 }

    private static func fields(of path: String) -> [Substring]? { text(of: path)?.split(separator: " ") }

    /// The begin of a file of `/proc`; nil where it cannot be read.
    private static func text(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
