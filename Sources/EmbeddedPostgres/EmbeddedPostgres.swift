import Glibc
package import Logging
package import Postgres
import ServiceLifecycle

/// A private PostgreSQL cluster for one data directory, reachable by a Unix socket only.
///
/// The owner holds the ``DataDirectoryLock``, calls ``start()``, runs the value beside its other services, and calls
/// ``stop(within:)`` after everything else has ended. The server outlives a killed owner; the next ``start()`` adopts
/// it.
package actor EmbeddedPostgres: Service {
    /// The time that ``stop(within:)`` gives the server by default.
    package static let stopTimeout = Duration.seconds(5)
    /// The time for an immediate stop. PostgreSQL kills its own children five seconds after the signal.
    private static let immediateStopTimeout = Duration.seconds(7)
    /// The time for another process to bring up the server that ``join()`` waits for.
    private static let joinTimeout = Duration.seconds(10)

    /// The looks at the server's process, ten a second, for each look at its socket and its log.
    private static let looksPerInspection = 5

    private let dataDirectory: String
    private let binaryDirectory: String?
    private let logger: Logger

    private var site: ClusterSite?
    /// The lock of a cluster outside, until ``stop(within:)``.
    private var lock: DataDirectoryLock?
    private var home: HeldHome
    /// True once the cluster was there: it is not made again where it is missing.
    private var hasCluster = false
    /// The server that this value last saw ready.
    private var server: ProcessFacts.Identity?
    /// The process id of a server that this value started, until the process is reaped.
    private var child: Int32?
    /// True while one caller of ``start()`` works; a second caller waits instead of starting a second server.
    private var isStarting = false
    /// True after ``stop(within:)``: no server is started any more.
    private var isStopping = false

    /// - Parameters:
    ///   - dataDirectory: the service's data directory; made where it is missing.
    ///   - logger: receives starts, deaths and restarts of the server.
    ///   - binaryDirectory: the directory of the server's programs; nil searches for one.
    package init(dataDirectory: String, logger: Logger, binaryDirectory: String? = nil) {
        self.dataDirectory = dataDirectory
        home = HeldHome(dataDirectory)
        self.logger = logger
        self.binaryDirectory = binaryDirectory
    }

    /// A server for a cluster in a given place, such as a draft.
    init(site: ClusterSite, logger: Logger) {
        dataDirectory = site.cluster
        home = HeldHome(site.cluster)
        binaryDirectory = site.binaries.directory
        self.logger = logger
        self.site = site
    }

    /// The id of the process that serves the cluster, as last seen.
    package var postmasterPid: Int32? { server?.pid }

    // MARK: Starting

    /// Makes the cluster where it is new, and starts its server, or adopts the one that runs.
    ///
    /// - Returns: the database, which exists and answers.
    /// - Throws: ``EmbeddedPostgresError``. A server that this call started is stopped again after a failure.
    package func start() async throws -> PostgresConfiguration {
        try await start { site, database in try await site.makeDatabase(database, logger: self.logger) }
    }

    /// As ``start()``; the service's database need not exist.
    func startServer() async throws -> PostgresConfiguration {
        try await start { _, _ in }
    }

    private func start(
        _ prepare: (ClusterSite, PostgresConfiguration) async throws -> Void
    ) async throws -> PostgresConfiguration {
        while isStarting { try await Task.sleep(for: .milliseconds(20)) }
        isStarting = true
        defer { isStarting = false }
        try home.check()
        let site = try await findSite(asOwner: true)
        do {
            if !hasCluster {
                try await site.initialize(logger: logger)
                hasCluster = true
            }
            let database = try await bringUp(site)
            try await prepare(site, database)
            return database
        } catch {
            if child != nil { try await shutDown(within: Self.stopTimeout) }
            throw error
        }
    }

    /// Waits for the server that another process runs for this data directory. This value neither starts nor stops it.
    ///
    /// - Throws: `directoryLocked` when that process has no server that answers in time.
    package func join() async throws -> PostgresConfiguration {
        let site = try await findSite(asOwner: false)
        let deadline = ContinuousClock.now + Self.joinTimeout
        while true {
            // A server with another socket works for `waybill upgrade`.
            if case .running(_, let file) = site.presence(), site.isReachable(file),
                let database = await site.probe(file, logger: logger)
            {
                return database
            }
            guard .now < deadline else {
                throw EmbeddedPostgresError(
                    .directoryLocked,
                    "another process uses \(dataDirectory), and its database does not answer: stop that process first"
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func findSite(asOwner: Bool) async throws -> ClusterSite {
        if let site { return site }
        let place = try await ClusterPlace.find(dataDirectory: dataDirectory, asOwner: asOwner, logger: logger)
        let found = try await ClusterSite.locate(place, binaryDirectory: binaryDirectory, logger: logger)
        site = found
        lock = place.lock
        let lockFile = "\(dataDirectory)/waybill.lock"
        try home.hold([dataDirectory, lockFile])
        return found
    }

    /// True when the data directory is no longer in its place, or another one is, and the cluster with it.
    private var isClusterReplaced: Bool {
        site.map { home.contains($0.cluster) } == true && !home.isInPlace
    }

    /// Repeats until the server answers: looks at the cluster's state and takes the next step.
    private func bringUp(_ site: ClusterSite) async throws -> PostgresConfiguration {
        var effort = StartEffort(began: .now)
        while true {
            try checkMayStart()
            reapChild()
            let presence = site.presence()
            // After the look: what it found may be another process's.
            try home.check()
            switch presence {
            case .foreign(let pid, let reason):
                throw EmbeddedPostgresError(
                    .foreignServer,
                    "\(site.pidFile) names process \(pid), \(reason): stop that process first"
                )
            case .running(let identity, let file) where file.status == .ready && !site.isReachable(file):
                logger.notice(
                    "the running PostgreSQL server cannot be reached by its socket; starting another one",
                    metadata: ["pid": "\(identity.pid)", "socket": "\(site.socket)"]
                )
                try await shutDown(within: Self.stopTimeout)
            case .running(let identity, let file):
                if let database = await site.probe(file, logger: logger) {
                    try home.check()
                    if child != identity.pid && server != identity {
                        logger.notice("adopted the running PostgreSQL server", metadata: ["pid": "\(identity.pid)"])
                    }
                    server = identity
                    return database
                }
                try effort.checkPatience(isAlive: true, now: .now)
            case .copied:
                try effort.checkPatience(isAlive: false, now: .now)
                try site.removeCopiedLocks(logger: logger)
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

    /// Starts the server. When the attempt before failed over leftovers of a killed server, clears them first.
    private func launch(_ site: ClusterSite, _ effort: inout StartEffort) async throws {
        if let logOffset = effort.logOffset {
            let log = site.log.text(from: logOffset)
            guard StartFailure(log: log) == .leftovers else {
                throw EmbeddedPostgresError(.startFailed, "PostgreSQL did not start; its log says: \(log.suffix(2000))")
            }
            effort.lastLog = log
            try effort.checkPatience(isAlive: false, now: .now)
            if let signal = effort.signalForOrphans(now: .now) { site.signalOrphans(signal, logger: logger) }
            try await Task.sleep(for: .milliseconds(200))
            try checkMayStart()
        }
        try site.removeCopiedLocks(logger: logger)
        effort.logOffset = try site.log.open()
        let pid = try site.launchServer()
        child = pid
        logger.info("started the PostgreSQL server", metadata: ["pid": "\(pid)", "cluster": "\(site.cluster)"])
    }

    /// Forgets a server that this value started, once it has ended.
    private func reapChild() {
        guard let pid = child, ChildProcess.reap(pid) != nil else { return }
        child = nil
    }

    // MARK: Supervising

    /// Keeps the server up: starts it again, with growing delays, whenever it dies. Ends with a graceful shutdown or a
    /// cancellation and leaves the server running for services that end later; the owner calls ``stop(within:)``.
    ///
    /// - Throws: `directoryReplaced` when the data directory was removed or another one is in its place; its server has
    ///   ended.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.supervise() }
        } catch is CancellationError {
            // The loop has no other end.
        }
    }

    private func supervise() async throws {
        var backoff = RestartBackoff()
        while !isStopping {
            let began = ContinuousClock.now
            var uptime = Duration.zero
            do {
                if server?.isAlive != true { _ = try await start() }
                try await watchServer()
                if isClusterReplaced { throw home.replaced }
                uptime = ContinuousClock.now - began
                if isStopping { return }
                if server?.isAlive == true {
                    logger.error("the socket of the PostgreSQL server was removed; starting the server again")
                    try await shutDown(within: Self.stopTimeout)
                } else {
                    logger.error("the PostgreSQL server died; starting it again", metadata: ["uptime": "\(uptime)"])
                }
            } catch is CancellationError {
                throw CancellationError()
            } catch let error as EmbeddedPostgresError where error.code == .directoryReplaced {
                try await shutDown(within: Self.stopTimeout)
                throw error
            } catch {
                logger.error("PostgreSQL could not be started; trying again", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: backoff.delay(afterUptime: uptime))
        }
    }

    /// Returns when the server has died, or can no longer be reached since its socket was removed. Keeps its log within
    /// bounds meanwhile.
    ///
    /// - Throws: `directoryReplaced`.
    private func watchServer() async throws {
        var looks = 0
        while let server, server.isAlive {
            try await Task.sleep(for: .milliseconds(100))
            reapChild()
            if isClusterReplaced { throw home.replaced }
            looks += 1
            guard looks.isMultiple(of: Self.looksPerInspection), let site else { continue }
            if !FileSystem.exists(site.socket), server.isAlive, !isStarting { return }
            do {
                try site.log.rotate()
            } catch {
                logger.warning("the log of the PostgreSQL server cannot be rotated", metadata: ["error": "\(error)"])
            }
        }
    }

    // MARK: Stopping

    /// Stops the server, also one that another process started, and waits until it is gone; this value does not start
    /// it again. Cancellation does not end the wait.
    ///
    /// - Parameter limit: the time for sessions to end and for the last checkpoint. After it the server ends at once
    ///   and the next start replays the log: slower, and as safe.
    /// - Throws: `stopTimedOut` when the server outlives an immediate stop too.
    package func stop(within limit: Duration = stopTimeout) async throws {
        isStopping = true
        try await shutDown(within: limit)
        lock = nil
    }

    private func shutDown(within limit: Duration) async throws {
        // In a task of its own: the caller may be cancelled, and then every sleep would end at once.
        try await Task { try await self.endServer(within: limit) }.value
    }

    private func endServer(within limit: Duration) async throws {
        guard let identity = currentServer() else { return }
        logger.info("stopping the PostgreSQL server", metadata: ["pid": "\(identity.pid)"])
        // Fast: ends sessions and writes a checkpoint. A smart stop would wait for ever for sessions that listen.
        signal(identity, SIGINT)
        if try await isGone(identity, within: limit) { return }
        logger.warning(
            "the PostgreSQL server did not stop in time; stopping it at once",
            metadata: ["pid": "\(identity.pid)", "limit": "\(limit)"]
        )
        // Immediate: the next start replays the log.
        signal(identity, SIGQUIT)
        if try await isGone(identity, within: Self.immediateStopTimeout) { return }
        throw EmbeddedPostgresError(
            .stopTimedOut,
            "the PostgreSQL server (process \(identity.pid)) does not stop: end it with `kill -QUIT \(identity.pid)`"
        )
    }

    /// Sends a signal to a server, and SIGKILL to one whose cluster is gone: at any other end it would remove its
    /// socket by the path, where another process's server may listen now.
    private func signal(_ identity: ProcessFacts.Identity, _ number: Int32) {
        kill(identity.pid, isClusterReplaced ? SIGKILL : number)
    }

    /// The server to stop: the one that the cluster's files name, else a child that has not yet written its name there.
    /// Files of another cluster name another process's server.
    private func currentServer() -> ProcessFacts.Identity? {
        reapChild()
        let presence = site?.presence()
        if isClusterReplaced {
            if let server, server.isAlive { return server }
        } else if case .running(let identity, _) = presence {
            return identity
        }
        return child.flatMap { ProcessFacts(pid: $0)?.identity }
    }

    private func isGone(_ identity: ProcessFacts.Identity, within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            let isAlive = identity.isAlive
            if isAlive, isClusterReplaced { kill(identity.pid, SIGKILL) }
            // Reaped after the look, so that no zombie stays, and here, since another value of this process may have
            // started the server.
            _ = ChildProcess.reap(identity.pid)
            reapChild()
            if !isAlive {
                if server == identity { server = nil }
                return true
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
