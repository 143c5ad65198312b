package import Logging
package import Postgres
import Primitives
import ServiceLifecycle

/// Keeps a reader at the log's end: a connection of its own, which is made again whenever it is lost, and a wake-up for
/// new events and at least each second.
package final class LogFollower: Sendable {
    private let configuration: PostgresConfiguration
    private let listener: PostgresListener
    private let name: String
    private let logger: Logger
    private let wakeSignal = WakeSignal()

    /// - Parameters:
    ///   - name: the connection's application name, also used in log messages.
    ///   - settings: session settings beside those of every connection.
    ///   - handlers: further channels to listen on, with what a notification of each does instead of the wake-up.
    package init(
        name: String,
        configuration: PostgresConfiguration,
        settings: [String: String] = [:],
        handlers: [String: @Sendable () -> Void] = [:],
        logger: Logger
    ) {
        var configuration = configuration
        configuration.applicationName = name
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.requestTimeout = LogConnection.requestTimeout
        listener = PostgresListener(
            configuration: configuration,
            channels: [LogConnection.channel],
            handlers: handlers,
            logger: logger
        )
        configuration.serverSettings.merge(settings) { $1 }
        self.configuration = configuration
        self.name = name
        self.logger = logger
    }

    /// False once the service shuts down.
    package var isOpen: Bool { wakeSignal.isOpen }

    /// Wakes the session.
    func wake() { wakeSignal.wake() }

    /// Waits for the next wake-up.
    ///
    /// - Returns: false when the service shuts down.
    package func waitForWakeUp() async -> Bool { await wakeSignal.wait() }

    /// Runs `session` on a connection until graceful shutdown or cancellation. When it throws, the connection is closed
    /// and `session` runs again on a new one.
    package func run(_ session: (PostgresConnection) async throws -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask {
                for await _ in self.listener.changes { self.wakeSignal.wake() }
            }
            group.addTask { await self.poll() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await self.follow(session)
            } onCancelOrGracefulShutdown: {
                self.wakeSignal.close()
            }
            group.cancelAll()
        }
    }

    private func listen() async {
        do {
            try await listener.run()
        } catch {
            logger.error(
                "the listener for new events ended; the log is read each second instead",
                metadata: ["follower": "\(name)", "error": "\(error)"]
            )
        }
    }

    /// Wakes the session each second: NOTIFY only wakes earlier, so that a lost one delays delivery by at most a
    /// second.
    private func poll() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(1))
            } catch {
                return
            }
            wakeSignal.wake()
        }
    }

    private func follow(_ session: (PostgresConnection) async throws -> Void) async {
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(1))
        let outage = Outage(of: name, logger: logger)
        repeat {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                backoff.reset()
                do {
                    try await outage.watch { try await session(connection) }
                    await connection.close()
                    return
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                outage.failed()
                logger.warning(
                    "\(name): the database connection failed; connecting again",
                    metadata: ["error": "\(error)"]
                )
                // Ends early when the service shuts down, which the loop's condition sees.
                try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
            }
        } while wakeSignal.isOpen
    }
}
