package import Logging
package import Postgres
import Primitives
import ServiceLifecycle

/// Keeps a reader at the log's end: a connection of its own, made again whenever it is lost, and a bell that rings for new
/// events and each second anyway.
package final class LogFollower: Sendable {
    private let configuration: PostgresConfiguration
    private let name: String
    private let logger: Logger
    private let doorbell = WakeSignal()

    /// - Parameters:
    ///   - name: the connection's application name, and how the log speaks of it.
    ///   - settings: of the session, beside those that every connection has.
    package init(
        name: String,
        configuration: PostgresConfiguration,
        settings: [String: String] = [:],
        logger: Logger
    ) {
        var configuration = configuration
        configuration.applicationName = name
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.serverSettings.merge(settings) { $1 }
        self.configuration = configuration
        self.name = name
        self.logger = logger
    }

    /// False once the service is told to end.
    package var isOpen: Bool { doorbell.isOpen }

    /// Rings the bell.
    func ring() { doorbell.ring() }

    /// Waits for the bell; false when it is time to end.
    package func next() async -> Bool { await doorbell.wait() }

    /// Runs `session` on a connection until graceful shutdown or cancellation. What it throws costs the connection, and it
    /// runs again on a new one.
    package func run(_ session: (PostgresConnection) async throws -> Void) async {
        let listener = PostgresListener(configuration: configuration, channels: [LogConnection.channel], logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(listener) }
            group.addTask {
                for await _ in listener.changes { self.doorbell.ring() }
            }
            group.addTask { await self.poll() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await self.follow(session)
            } onCancelOrGracefulShutdown: {
                self.doorbell.close()
            }
            group.cancelAll()
        }
    }

    private func listen(_ listener: PostgresListener) async {
        do {
            try await listener.run()
        } catch {
            logger.error("listener ended; the log is polled", metadata: ["error": "\(error)"])
        }
    }

    /// NOTIFY is only a doorbell: losing any number of them delays delivery by at most a second.
    private func poll() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(1))
            } catch {
                return
            }
            doorbell.ring()
        }
    }

    private func follow(_ session: (PostgresConnection) async throws -> Void) async {
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(1))
        repeat {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                backoff.reset()
                do {
                    try await session(connection)
                    await connection.close()
                    return
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                logger.warning("\(name): lost the database", metadata: ["error": "\(error)"])
                // The end of the service cuts the sleep short, and the loop's condition sees it.
                try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
            }
        } while doorbell.isOpen
    }
}
