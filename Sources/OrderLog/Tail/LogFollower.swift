package import Logging
package import Postgres
import ServiceLifecycle

/// Keeps a reader at the log's end: a connection of its own, which is made again whenever it is lost, and a wake-up for
/// new events and at least each second.
package final class LogFollower: Sendable {
    private let configuration: PostgresConfiguration
    private let listener: PostgresListener
    private let name: String
    private let logger: Logger
    private let wakeSignal: WakeSignal
    /// Counts the connections that listen, and their notifications.
    package let listenerCounts = ListenerCounts()

    /// - Parameters:
    ///   - name: the connection's application name, also used in log messages.
    ///   - settings: session settings beside those of every connection.
    ///   - handlers: further channels to listen on, with what a notification of each does instead of the wake-up.
    ///   - isNews: tells by the payload of a notification of new events whether it is worth a wake-up; nil where the
    ///     program itself wakes the reader for new events, so that none has to be listened for.
    package init(
        name: String,
        configuration: PostgresConfiguration,
        settings: [String: String] = [:],
        handlers: [String: @Sendable (_ payload: String) -> Void] = [:],
        isNews: (@Sendable (_ payload: String) -> Bool)? = { _ in true },
        logger: Logger
    ) {
        let wakeSignal = WakeSignal()
        self.wakeSignal = wakeSignal
        var handlers = handlers
        if let isNews {
            handlers[LogConnection.channel] = { payload in if isNews(payload) { wakeSignal.wake() } }
        }
        var configuration = LogConnection.configuration(configuration, named: name)
        listener = PostgresListener(
            configuration: configuration,
            channels: [],
            handlers: handlers,
            counts: listenerCounts,
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
    package func wake() { wakeSignal.wake() }

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
                // A connection that begins to listen may have missed notifications.
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
        let outage = Outage(of: name, logger: logger)
        let attempts = ReconnectingSession(configuration: configuration, longestPause: .seconds(1), logger: logger)
        await attempts.run {
            wakeSignal.isOpen
        } onFailure: { error in
            outage.failed()
            logger.warning(
                "\(name): the database connection failed; connecting again",
                metadata: ["error": "\(error)"]
            )
        } body: { connection, works in
            works()
            try await outage.watch { try await session(connection) }
        }
    }
}
