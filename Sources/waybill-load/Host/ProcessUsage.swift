import Foundation

/// The CPU and memory of processes, read from `/proc` (proc(5)). A process that has ended counts as zero.
enum ProcessUsage {
    /// The CPU seconds of a process so far: user and system time of all threads.
    static func cpu(_ pid: Int32) -> Double { stat(pid).map { ticks($0[11], $0[12]) } ?? 0 }

    /// The CPU seconds of a process and of its children, both those that it has waited for and those that run.
    static func cpuWithChildren(_ pid: Int32) -> Double {
        let own = stat(pid).map { ticks($0[11], $0[12], $0[13], $0[14]) } ?? 0
        return children(pid).reduce(own) { $0 + cpu($1) }
    }

    /// The resident memory of a process in bytes: the present value and the highest so far.
    static func resident(_ pid: Int32) -> (now: Int, peak: Int) {
        let status = text("/proc/\(pid)/status")
        return (kilobytes("VmRSS:", in: status) * 1024, kilobytes("VmHWM:", in: status) * 1024)
    }

    /// The memory of a process and its children in bytes (PSS), with shared pages counted once.
    static func proportional(_ pid: Int32) -> Int {
        ([pid] + children(pid)).reduce(0) { $0 + kilobytes("Pss:", in: text("/proc/\($1)/smaps_rollup")) * 1024 }
    }

    /// Resets the peak of a process's resident memory to the present value.
    static func resetPeak(_ pid: Int32) throws {
        guard let file = FileHandle(forWritingAtPath: "/proc/\(pid)/clear_refs") else { return }
        try file.write(contentsOf: Data("5".utf8))
        try file.close()
    }

    /// The process ids of the children of a process.
    static func children(_ pid: Int32) -> [Int32] {
        // The kernel lists children by thread. The postmaster has one thread.
        text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
    }

    /// The names of the slabs in which the kernel keeps sockets (slabinfo(5)).
    private static let socketSlabs: Set<Substring> = [
        "TCP", "sock_inode_cache", "filp", "eventpoll_epi", "eventpoll_pwq", "tcp_bind_bucket",
    ]

    /// The kernel memory of all sockets in bytes: objects in use and pages of TCP buffers. Nil without root, which
    /// alone may read it.
    static func socketMemory() -> Int? {
        let slabs = text("/proc/slabinfo").split(separator: "\n").map { $0.split(separator: " ") }
            .filter { $0.count > 4 && socketSlabs.contains($0[0]) }
        guard !slabs.isEmpty else { return nil }
        let sockets = text("/proc/net/sockstat").split(separator: "\n").first { $0.hasPrefix("TCP:") } ?? ""
        let pages = sockets.split(separator: " ").last.flatMap { Int($0) } ?? 0
        return slabs.reduce(pages * 4096) { $0 + (Int($1[1]) ?? 0) * (Int($1[3]) ?? 0) }
    }

    /// The fields of `/proc/PID/stat` after the name; the first is the state.
    private static func stat(_ pid: Int32) -> [Substring]? {
        let line = text("/proc/\(pid)/stat")
        guard let close = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: close)...].split(separator: " ")
        return fields.count > 14 ? fields : nil
    }

    private static func ticks(_ fields: Substring...) -> Double {
        fields.reduce(0) { $0 + (Double($1) ?? 0) } / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func kilobytes(_ key: String, in text: String) -> Int {
        for line in text.split(separator: "\n") where line.hasPrefix(key) {
            return Int(line.split(separator: " ").dropLast().last ?? "") ?? 0
        }
        return 0
    }

    /// Reads a file of `/proc` to its end, since these files report no size. Empty where the process has ended.
    private static func text(_ path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        do {
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            return ""
        }
    }
}
