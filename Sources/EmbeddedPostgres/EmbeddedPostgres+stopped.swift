import Glibc

/// The server's processes that were stopped, as by `kill -STOP`. They hold their locks meanwhile.
extension EmbeddedPostgres {
    /// True for a process of the server that is stopped.
    package func isStopped(_ pid: Int32) -> Bool {
        guard let facts = ProcessFacts(pid: pid), let postmasterPid, facts.parent == postmasterPid else { return false }
        return ProcessFacts.isStopped(pid)
    }

    /// Lets a stopped process of the server run again.
    package func resume(_ pid: Int32) {
        guard isStopped(pid) else { return }
        kill(pid, SIGCONT)
    }
}

extension ProcessFacts {
    /// True for a process that job control has stopped (proc(5), state T).
    fileprivate static func isStopped(_ pid: Int32) -> Bool {
        guard let text = FileSystem.contents("/proc/\(pid)/stat"), let close = text.lastIndex(of: ")") else {
            return false
        }
        return text[text.index(after: close)...].split(separator: " ").first == "T"
    }
}
