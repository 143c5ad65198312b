import Logging
import Postgres
import Primitives
import Synchronization

/// The connection on which the rows of the next batch are loaded.
///
/// Batches go on without it: it is opened beside them, and after a failure only after a while.
final class PrefetchSession: Sendable {
    private struct State {
        var connection: PostgresConnection?
        var isConnecting = false
        /// The number of calls of `close`: a connection that was begun before one is not kept.
        var closings = 0
        var backoff = Backoff(first: .milliseconds(250), limit: .seconds(10))
        /// The time before which no connection is tried.
        var nextAttempt = ContinuousClock.now
    }

    private let configuration: PostgresConfiguration
    private let executor: PostgresExecutor
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameter configuration: the appender's.
    init(configuration: PostgresConfiguration, executor: PostgresExecutor, logger: Logger) {
        var configuration = configuration
        configuration.applicationName = "waybill appender prefetch"
        self.configuration = configuration
        self.executor = executor
        self.logger = logger
    }

    /// The connection; nil where there is none, and then one is being opened as a rule.
    var connection: PostgresConnection? {
        if let open = state.withLock({ $0.connection?.isOpen == true ? $0.connection : nil }) { return open }
        open()
        return nil
    }

    /// Begins to open the connection, unless it is open.
    func open() {
        let closings: Int? = state.withLock { state in
            guard state.connection?.isOpen != true, !state.isConnecting, .now >= state.nextAttempt else { return nil }
            state.isConnecting = true
            return state.closings
        }
        guard let closings else { return }
        Task { await self.connect(unlessClosedSince: closings) }
    }

    /// Closes the connection; a later use opens another.
    func close() async {
        let open = state.withLock { state in
            state.closings += 1
            return state.connection.take()
        }
        await open?.close(grace: .milliseconds(100))
    }

    private func connect(unlessClosedSince closings: Int) async {
        do {
            let fresh = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
            let isKept = state.withLock { state in
                state.isConnecting = false
                state.backoff.reset()
                guard state.closings == closings else { return false }
                state.connection = fresh
                return true
            }
            if !isKept { await fresh.close(grace: .zero) }
        } catch {
            state.withLock { state in
                state.isConnecting = false
                state.nextAttempt = .now + state.backoff.next(random: .random(in: 0..<1))
            }
            logger.debug(
                "the prefetch connection failed; batches load their rows themselves",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
