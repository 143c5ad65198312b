import Glibc
import Logging

extension EmbeddedPostgres {
    /// Makes the cluster where it is new, adopts its server where one runs, else starts it, after whatever crash.
    ///
    /// - Returns: where clients connect; the database exists.
    /// - Throws: ``EmbeddedPostgresError``. A server that this call started is not left behind by a failure.
    package func start() async throws -> Location {
        while isStarting { try await Task.sleep(for: .milliseconds(20)) }
        isStarting = true
        defer { isStarting = false }
        let site: Site
        if let known = self.site {
            site = known
        } else {
            site = try await prepareSite()
            self.site = site
        }
        do {
            try await initialize(site)
            let location = try await bringUp(site)
            try await makeDatabase(location)
            return location
        } catch {
            if child != nil { try await stop(within: Self.stopTimeout, keepingDown: false) }
            throw error
        }
    }

    /// Until the server answers: see what is there, and do the next thing about it.
    private func bringUp(_ site: Site) async throws -> Location {
        var effort = StartEffort(began: .now)
        while true {
            try checkMayStart()
            reapChild()
            switch presence(site) {
            case .foreign(let pid, let reason):
                throw EmbeddedPostgresError(
                    .foreignServer,
                    "\(site.pidFile) names process \(pid), \(reason); stop that process first"
                )
            case .running(let identity, let file):
                if let location = await probe(site, file) {
                    if child != identity.pid && server != identity {
                        logger.notice("adopted the running server", metadata: ["pid": "\(identity.pid)"])
                    }
                    server = identity
                    return location
                }
                try effort.checkPatience(isAlive: true, now: .now)
            case .absent, .stale:
                try effort.checkPatience(isAlive: false, now: .now)
                if child == nil { try await launch(site, &effort) }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func checkMayStart() throws {
        try Task.checkCancellation()
        if isStopping { throw CancellationError() }
    }

    /// Starts the server, unless the last try has just failed over leftovers that are still going away.
    private func launch(_ site: Site, _ effort: inout StartEffort) async throws {
        if let logStart = effort.logStart {
            let log = Self.tail(of: site.log, from: logStart)
            guard StartFailure(log: log) == .leftovers else {
                throw EmbeddedPostgresError(.startFailed, "PostgreSQL did not start: \(log.suffix(2000))")
            }
            effort.lastLog = log
            try effort.checkPatience(isAlive: false, now: .now)
            if let signal = effort.signalForOrphans(now: .now) { signalOrphans(site, signal) }
            try await Task.sleep(for: .milliseconds(200))
            try checkMayStart()
        }
        if site.socketDirectory != site.cluster {
            try FileSystem.makePrivateDirectory(site.socketDirectory, account: site.account)
        }
        effort.logStart = try Self.openLog(site)
        let arguments = ServerSettings.postgres(
            binaries: site.binaries,
            cluster: site.cluster,
            socketDirectory: site.socketDirectory
        )
        let process = try ChildProcess(
            site.account.command(arguments),
            directory: site.cluster,
            output: .file(site.log)
        )
        child = process.pid
        logger.info("started the server", metadata: ["pid": "\(process.pid)", "cluster": "\(site.cluster)"])
    }

    /// Where the server answers; nil while it does not.
    func probe(_ site: Site, _ file: PostmasterFile) async -> Location? {
        guard file.status == .ready, let port = file.port, let socketDirectory = file.socketDirectory else {
            return nil
        }
        let location = site.location(port: port, socketDirectory: socketDirectory)
        do {
            try await LocalSession.run(nil, at: location.database("postgres"), timeout: .seconds(2))
            return location
        } catch {
            logger.debug("the server does not answer yet", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func makeDatabase(_ location: Location) async throws {
        let known = try await LocalSession.run(
            "SELECT 1 FROM pg_database WHERE datname = '\(location.database)'",
            at: location.database("postgres")
        )
        guard known.isEmpty else { return }
        try await LocalSession.run("CREATE DATABASE \(location.database)", at: location.database("postgres"))
    }

    /// Backends notice their postmaster's death only between two steps of their work, and a new server may not start
    /// before the last one is gone.
    private func signalOrphans(_ site: Site, _ signal: Int32) {
        for orphan in ProcessFacts.working(in: site.cluster) where orphan.name == "postgres" {
            logger.warning(
                "ending a backend of the killed server",
                metadata: ["pid": "\(orphan.identity.pid)", "signal": "\(signal)"]
            )
            kill(orphan.identity.pid, signal)
        }
    }

    /// Notes the end of a server that we started, if it has ended.
    func reapChild() {
        guard let pid = child, ChildProcess.reap(pid) != nil else { return }
        child = nil
    }

    /// Makes the log file, or sets a big one aside.
    ///
    /// - Returns: its size in bytes.
    private static func openLog(_ site: Site) throws -> Int {
        if let status = FileSystem.status(site.log), status.st_size > 16 << 20 {
            guard rename(site.log, site.log + ".1") == 0 else { throw FileSystem.failure("rename", site.log) }
        }
        let descriptor = open(site.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("open", site.log) }
        defer { close(descriptor) }
        guard fchown(descriptor, site.account.user, site.account.group) == 0 else {
            throw FileSystem.failure("give away", site.log)
        }
        return Int(lseek(descriptor, 0, SEEK_END))
    }

    private static func tail(of path: String, from start: Int) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        return FileSystem.contents(of: descriptor, from: start) ?? ""
    }
}
