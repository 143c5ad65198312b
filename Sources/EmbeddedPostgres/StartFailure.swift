/// The reason for which a server ended while it started, read from its log.
enum StartFailure: Hashable {
    /// Leftovers of a killed server, which will go away: backends, shared memory, a socket's lock file.
    case leftovers
    /// Anything else. Another attempt would fail the same way.
    case lasting

    private static let passing = [
        // shared memory that backends of a killed server still use (sysv_shmem.c, PGSharedMemoryCreate)
        "pre-existing shared memory block",
        // lock files of a process that is just ending (miscinit.c, CreateLockFile)
        "lock file \"postmaster.pid\" already exists",
        "Is another postmaster",
        ".lock\" already exists",
        "lock file \"postmaster.pid\" is empty",
        "Address already in use",
    ]

    init(log: String) {
        self = Self.passing.contains { log.contains($0) } ? .leftovers : .lasting
    }
}
