import Logging
import ServiceLifecycle

/// The supervision of a server that was started.
extension EmbeddedPostgres {
    /// The looks at the server's process, ten a second, for each look at its socket and its log.
    private static let looksPerInspection = 5

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
                try checkClusterIsInPlace()
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
            try checkClusterIsInPlace()
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
}
