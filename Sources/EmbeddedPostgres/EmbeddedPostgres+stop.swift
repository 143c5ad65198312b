import Glibc
import Logging

extension EmbeddedPostgres {
    package static let stopTimeout = Duration.seconds(5)
    /// PostgreSQL kills its own children five seconds after it was told to end at once.
    private static let immediateTimeout = Duration.seconds(7)

    /// Stops the server, whoever started it, and waits until it is gone; nothing starts it again. A cancelled caller
    /// waits all the same.
    ///
    /// - Parameter limit: how long sessions and the last checkpoint may take. After it the server ends at once and
    ///   the next start replays its log: slower, and as safe.
    /// - Throws: `stopTimedOut` when it outlived even that.
    package func stop(within limit: Duration = stopTimeout) async throws {
        try await stop(within: limit, keepingDown: true)
    }

    func stop(within limit: Duration, keepingDown: Bool) async throws {
        if keepingDown { isStopping = true }
        // The owner stops us while it is itself being cancelled, and then every sleep would end at once.
        try await Task { try await self.shutDown(within: limit) }.value
    }

    private func shutDown(within limit: Duration) async throws {
        guard let identity = currentServer() else { return }
        logger.info("stopping the server", metadata: ["pid": "\(identity.pid)"])
        // Fast: ends sessions and writes a checkpoint. A smart stop would wait for our listeners for ever.
        kill(identity.pid, SIGINT)
        if try await isGone(identity, within: limit) { return }
        logger.warning("the server did not stop in time, stopping it at once", metadata: ["pid": "\(identity.pid)"])
        // Immediate: the next start replays the log.
        kill(identity.pid, SIGQUIT)
        if try await isGone(identity, within: Self.immediateTimeout) { return }
        throw EmbeddedPostgresError(.stopTimedOut, "the server (pid \(identity.pid)) does not stop")
    }

    /// The server to stop: the one that the cluster names, else one that has not yet written its name.
    private func currentServer() -> ProcessFacts.Identity? {
        reapChild()
        if let site, case .running(let identity, _) = presence(site) { return identity }
        return child.flatMap { ProcessFacts(pid: $0)?.identity }
    }

    private func isGone(_ identity: ProcessFacts.Identity, within limit: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            // Also when another value of this process started it.
            _ = ChildProcess.reap(identity.pid)
            reapChild()
            if !identity.isAlive {
                if server == identity { server = nil }
                return true
            }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
