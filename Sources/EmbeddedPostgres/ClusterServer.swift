import Glibc
import Logging

/// The server of a cluster that this process does not serve, so that the cluster can be moved or replaced.
struct ClusterServer {
    let cluster: String
    let account: ServerAccount

    /// The time for a server to end its sessions, before it is told to quit at once.
    private static let patience = Duration.seconds(10)

    /// Ends the server, where one runs, and waits until it and all its processes are gone.
    ///
    /// - Throws: `stopTimedOut`.
    func end(logger: Logger) async throws {
        guard let postmaster = postmaster() else { return try await endProcesses(logger: logger) }
        logger.notice(
            "stopping a PostgreSQL server that works in the cluster",
            metadata: ["pid": "\(postmaster.pid)", "cluster": "\(cluster)"]
        )
        for signal in [SIGINT, SIGQUIT] {
            kill(postmaster.pid, signal)
            let deadline = ContinuousClock.now + Self.patience
            while postmaster.isAlive, .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
            if !postmaster.isAlive { break }
        }
        try await endProcesses(logger: logger)
    }

    private func postmaster() -> ProcessFacts.Identity? {
        let file = FileSystem.contents("\(cluster)/postmaster.pid").flatMap { PostmasterFile(parsing: $0) }
        guard let file, let process = ProcessFacts(pid: file.pid), !process.isDead else { return nil }
        return process.name == "postgres" && process.currentDirectory == cluster ? process.identity : nil
    }

    /// Kills what is left: backends of a killed server.
    private func endProcesses(logger: Logger) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let left = ProcessFacts.working(in: cluster).filter { $0.identity.pid != getpid() }
            if left.isEmpty { return }
            guard .now < deadline else {
                throw EmbeddedPostgresError(
                    .stopTimedOut,
                    "process \(left[0].identity.pid) uses \(cluster) and does not end: end it first"
                )
            }
            for process in left where process.name == "postgres" { kill(process.identity.pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
