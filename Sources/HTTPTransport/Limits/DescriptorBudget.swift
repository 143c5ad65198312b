import Glibc

/// The descriptors that connections may take. The others are left to the database's connections, to files, and to the
/// libraries below, some of which end the process where they get none.
///
/// The system gives each new descriptor the lowest free number. So connections never take the last ones as long as
/// each of them has a number below `ceiling`.
package struct DescriptorBudget: Sendable {
    /// The most descriptors that are used, whatever the limit: each connection costs memory too.
    private static let maximum = 32_768
    /// The most descriptors that are left to others.
    private static let maximumReserve = 512

    /// The number below which the descriptors of connections lie.
    package let ceiling: Int

    /// - Parameter limit: the process's limit of open descriptors.
    package init(limit: Int) {
        let usable = min(limit, Self.maximum)
        ceiling = usable - min(Self.maximumReserve, usable / 4)
    }

    /// The free places that are left when accepting pauses: the system may hand over some connections meanwhile.
    static let margin = 16

    /// False for the number of a descriptor that is among the last ones of connections.
    func hasRoom(at descriptor: Int) -> Bool { descriptor < ceiling - Self.margin }

    /// The budget by the process's limit now (`RLIMIT_NOFILE`).
    package static var current: DescriptorBudget {
        DescriptorBudget(limit: processLimit)
    }

    /// The process's limit of open descriptors now (`RLIMIT_NOFILE`).
    static var processLimit: Int {
        var limit = rlimit()
        // It fails for an unknown resource only.
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        return Int(min(limit.rlim_cur, rlim_t(Int.max)))
    }

    /// The descriptors that the process has open; nil where none is left to count them with.
    static var openCount: Int? {
        // The size of the directory is their number (Linux 6.2).
        var status = stat()
        if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            // Without `.`, `..`, and the descriptor of the directory itself.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count - 1
    }

    /// The number that the next descriptor would get; nil where there is none.
    static var nextDescriptor: Int? {
        let descriptor = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        close(descriptor)
        return Int(descriptor)
    }
}
