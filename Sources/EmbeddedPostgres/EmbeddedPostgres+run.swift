import Logging
import ServiceLifecycle

extension EmbeddedPostgres {
    /// Keeps the server up: starts it again, with growing pauses, whenever it dies. Ends with a graceful shutdown or a
    /// cancellation and leaves the server running for those who end later; ``stop(within:)`` is the owner's.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.supervise() }
        } catch is CancellationError {
            // The way this loop ends.
        }
    }

    private func supervise() async throws {
        var backoff = RestartBackoff()
        while !isStopping {
            let began = ContinuousClock.now
            var uptime = Duration.zero
            do {
                if server?.isAlive != true { _ = try await start() }
                try await watch()
                uptime = ContinuousClock.now - began
                if isStopping { return }
                logger.error("the server died", metadata: ["uptime": "\(uptime)"])
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                logger.error("the server could not be started", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: backoff.delay(afterUptime: uptime))
        }
    }

    /// Returns when the server is gone.
    private func watch() async throws {
        while let server, server.isAlive {
            try await Task.sleep(for: .milliseconds(100))
            reapChild()
        }
    }
}
