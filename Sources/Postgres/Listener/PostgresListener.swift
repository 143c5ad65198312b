package import Logging
import Primitives
import ServiceLifecycle
import Synchronization

/// Listens on channels with a connection of its own and signals changes: after notifications, many of which may become
/// one signal, and whenever LISTEN has taken effect on a new connection, which may have missed notifications before. A
/// signal carries nothing: the observer reads from its own cursor. A handler of a channel is given the text of the
/// channel's newest notification.
///
/// A heartbeat notices a dead connection. The listener opens another after a delay that grows, with jitter.
package final class PostgresListener: Sendable, Service {
    private struct State {
        var observers: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var lastID: UInt64 = 0
        var backendProcessID: Int32?
        var hasEnded = false
    }

    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let handlers: [String: @Sendable (_ payload: String) -> Void]
    private let heartbeat: Duration
    private let counts: ListenerCounts
    private let executor: PostgresExecutor
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - channels: names as they are, neither quoted nor folded to lower case.
    ///   - handlers: further channels. A notification of one calls its handler, on the I/O thread, and is no change.
    ///   - heartbeat: the time between two questions to the server, and the time for the answer.
    ///   - counts: counts connections and notifications.
    package init(
        configuration: PostgresConfiguration,
        channels: [String],
        handlers: [String: @Sendable (_ payload: String) -> Void] = [:],
        heartbeat: Duration = .seconds(3),
        counts: ListenerCounts = ListenerCounts(),
        on executor: PostgresExecutor = .shared,
        logger: Logger
    ) {
        self.configuration = configuration
        self.channels = channels
        self.handlers = handlers
        self.heartbeat = heartbeat
        self.counts = counts
        self.executor = executor
        self.logger = logger
    }

    /// A new stream of signals for one consumer, which keeps at most one signal. The stream ends with `run()`.
    package var changes: AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state -> UInt64? in
            guard !state.hasEnded else { return nil }
            state.lastID += 1
            state.observers[state.lastID] = continuation
            // A late observer has missed the signal of the present connection.
            if state.backendProcessID != nil { continuation.yield() }
            return state.lastID
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.observers.removeValue(forKey: id) }
        }
        return stream
    }

    /// The server process that listens at present; nil while there is none.
    package var backendProcessID: Int32? { state.withLock { $0.backendProcessID } }

    /// Listens until a graceful shutdown or the task's cancellation. Failures are logged, and another connection is
    /// tried.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.listenForEver() }
        } catch is CancellationError {
            // The loop has no other end.
        }
        let observers = state.withLock { state in
            state.hasEnded = true
            defer { state.observers = [:] }
            return Array(state.observers.values)
        }
        for observer in observers { observer.finish() }
    }

    private func listenForEver() async throws {
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(5))
        while true {
            try Task.checkCancellation()
            do {
                try await listenOnce { backoff.reset() }
                logger.warning("the listening connection was lost; connecting again")
            } catch {
                try Task.checkCancellation()
                logger.warning("the listening connection failed; trying again", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
        }
    }

    /// Connects and listens. Returns or throws when the connection is lost.
    private func listenOnce(onListening: () -> Void) async throws {
        let connection = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
        do {
            await connection.core.setNotificationHandler { [weak self] in self?.received($0) }
            let listens = (channels + handlers.keys.sorted()).map { PostgresQuery("listen \($0.quotedIdentifier)") }
            try await connection.pipeline(listens, timeout: heartbeat)
            state.withLock { $0.backendProcessID = connection.backendProcessID }
            counts.connectionBegan()
            onListening()
            signal()
            try await keepAlive(connection)
        } catch {
            await end(connection)
            throw error
        }
        await end(connection)
    }

    private func end(_ connection: PostgresConnection) async {
        state.withLock { $0.backendProcessID = nil }
        counts.connectionEnded()
        await connection.core.abort("the listener has ended")
    }

    private func keepAlive(_ connection: PostgresConnection) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            // A loss that the socket reports is seen at once, without waiting for the next heartbeat.
            group.addTask { await connection.core.waitUntilClosed() }
            group.addTask { [heartbeat] in
                while true {
                    try await Task.sleep(for: heartbeat)
                    try await connection.query("select 1", timeout: heartbeat)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func received(_ notification: PostgresNotification) {
        counts.notificationCame()
        if let handler = handlers[notification.channel] { handler(notification.payload) } else { signal() }
    }

    private func signal() {
        let observers = state.withLock { Array($0.observers.values) }
        for observer in observers { observer.yield() }
    }
}
