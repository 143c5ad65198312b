import Foundation

/// What processes cost, as `/proc` tells it (proc(5)).
enum ProcessUsage {
    /// CPU seconds of the process so far, user and system, all threads.
    static func cpu(_ pid: Int32) -> Double { stat(pid).map { ticks($0[11], $0[12]) } ?? 0 }

    /// CPU seconds of a process, the children that it has waited for, and those that live.
    static func cpuOfFamily(_ pid: Int32) -> Double {
        let own = stat(pid).map { ticks($0[11], $0[12], $0[13], $0[14]) } ?? 0
        return children(pid).reduce(own) { $0 + cpu($1) }
    }

    /// Resident memory in bytes: now, and at its highest.
    static func resident(_ pid: Int32) -> (now: Int, peak: Int) {
        let status = text("/proc/\(pid)/status")
        return (kilobytes("VmRSS:", in: status) * 1024, kilobytes("VmHWM:", in: status) * 1024)
    }

    /// Memory of a process and its children in bytes, with what they share counted once.
    static func proportional(_ pid: Int32) -> Int {
        ([pid] + children(pid)).reduce(0) { $0 + kilobytes("Pss:", in: text("/proc/\($1)/smaps_rollup")) * 1024 }
    }

    /// Puts the high-water mark of the process's memory back to what it holds now.
    static func resetPeak(_ pid: Int32) throws {
        guard let file = FileHandle(forWritingAtPath: "/proc/\(pid)/clear_refs") else { return }
        try file.write(contentsOf: Data("5".utf8))
        try file.close()
    }

    static func children(_ pid: Int32) -> [Int32] {
        // The kernel's own list of a thread's children; the postmaster has one thread.
        text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
    }

    /// What the kernel keeps for sockets, by the names of its slabs (slabinfo(5)).
    private static let socketSlabs: Set<Substring> = [
        "TCP", "sock_inode_cache", "filp", "eventpoll_epi", "eventpoll_pwq", "tcp_bind_bucket",
    ]

    /// Kernel memory of all sockets in bytes: objects in use, and the pages of TCP's buffers. Nil where only root may know.
    static func socketMemory() -> Int? {
        let slabs = text("/proc/slabinfo").split(separator: "\n").map { $0.split(separator: " ") }
            .filter { $0.count > 4 && socketSlabs.contains($0[0]) }
        guard !slabs.isEmpty else { return nil }
        let sockets = text("/proc/net/sockstat").split(separator: "\n").first { $0.hasPrefix("TCP:") } ?? ""
        let pages = sockets.split(separator: " ").last.flatMap { Int($0) } ?? 0
        return slabs.reduce(pages * 4096) { $0 + (Int($1[1]) ?? 0) * (Int($1[3]) ?? 0) }
    }

    /// The fields of `/proc/PID/stat` behind the name, from the state on.
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

    /// Empty where the process is gone: then it costs nothing. Read to the end: files of `/proc` do not know their sizes.
    private static func text(_ path: String) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { return "" }
        do {
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            return ""
        }
    }
}
