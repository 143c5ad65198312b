package import Logging
import ServiceLifecycle
import Synchronization

/// A small set of connections, opened when they are needed and lent to one caller at a time, in order of asking.
///
/// The pool works without `run()`; as a service it also checks idle connections, and closes everything at the end.
package final class PostgresPool: Sendable, Service {
    typealias ConnectionID = PoolMachine.ConnectionID
    typealias WaiterID = PoolMachine.WaiterID

    /// The time between two checks of idle connections.
    private static let checkInterval = Duration.seconds(1)
    /// The time for an idle connection's answer.
    static let checkTimeout = Duration.seconds(2)

    private let state: Mutex<PoolState>
    private let logger: Logger
    private let configuration: PostgresConfiguration
    private let acquireTimeout: Duration
    private let executor: PostgresExecutor
    private let onConnect: (@Sendable (PostgresConnection) async throws -> Void)?

    /// - Parameters:
    ///   - maximum: the most connections, at least 1.
    ///   - acquireTimeout: the longest wait for a connection, after which the caller gets `timeout`.
    ///   - onConnect: prepares each new connection; when it throws, the connection is closed and the waiting caller
    ///     gets the error.
    package init(
        configuration: PostgresConfiguration,
        maximum: Int,
        acquireTimeout: Duration = .seconds(15),
        on executor: PostgresExecutor = .shared,
        logger: Logger,
        onConnect: (@Sendable (PostgresConnection) async throws -> Void)? = nil
    ) {
        self.configuration = configuration
        self.acquireTimeout = acquireTimeout
        self.executor = executor
        self.logger = logger
        self.onConnect = onConnect
        state = Mutex(PoolState(machine: PoolMachine(maximum: maximum)))
    }

    /// Lends a connection to `body`. A connection that comes back broken, busy or inside a transaction is closed and
    /// not lent again.
    /// - Throws: what `body` throws; `timeout` when no connection became free in time; what opening a connection threw;
    ///   `cancelled`; `closed` after the shutdown.
    @discardableResult
    package func withConnection<R>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        let (id, connection) = try await acquire()
        do {
            let value = try await body(connection)
            await release(id, connection)
            state.withLock { $0.lateReads.answered() }
            return value
        } catch {
            await release(id, connection)
            state.withLock { $0.lateReads.failed(error, at: .now) }
            throw error
        }
    }

    /// Runs one statement on any connection.
    /// - Throws: as `withConnection` and `PostgresConnection.query`.
    @discardableResult
    package func query(
        _ sql: String,
        _ bindings: [any PostgresEncodable] = [],
        timeout: Duration? = nil
    ) async throws -> PostgresResult {
        try await withConnection { try await $0.query(sql, bindings, timeout: timeout) }
    }

    /// Gets a connection. One that breaks between being granted and being used is replaced, twice at most.
    private func acquire() async throws(PostgresError) -> (ConnectionID, PostgresConnection) {
        for _ in 0..<2 {
            let lent = try await acquireAny()
            if lent.1.isOpen { return lent }
            change { $0.machine.release(lent.0, isReusable: false) }
        }
        return try await acquireAny()
    }

    private func acquireAny() async throws(PostgresError) -> (ConnectionID, PostgresConnection) {
        if Task.isCancelled {
            throw PostgresError(.cancelled, "the task was cancelled before it asked for a connection")
        }
        let (taken, id) = state.withLock { state in
            state.lastWaiter += 1
            let taken = state.machine.takeIdle().flatMap { id in state.connections[id].map { (id, $0) } }
            return (taken, state.lastWaiter)
        }
        // The usual case needs neither a place in the queue nor a deadline.
        if let taken { return taken }
        let granted = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<PoolState.Granted, Never>) in
                let deadline = ContinuousClock.now + acquireTimeout
                change { state in
                    state.waiters[id] = PoolState.Waiter(continuation: continuation, deadline: deadline)
                    return state.machine.acquire(id)
                }
                watch(until: deadline)
                // The handler below may have run before the waiter was there.
                if Task.isCancelled { abandonCancelled(id) }
            }
        } onCancel: {
            abandonCancelled(id)
        }
        return try granted.get()
    }

    /// Starts the task that refuses waiters after their deadlines, unless that task runs already. One sleep serves them
    /// all: a timer for each would cost more than a short wait of thousands.
    private func watch(until deadline: ContinuousClock.Instant) {
        let begins = state.withLock { state in
            defer { state.isWatched = state.isWatched || !state.waiters.isEmpty }
            return !state.isWatched && !state.waiters.isEmpty
        }
        guard begins else { return }
        Task { [weak self] in
            var next: ContinuousClock.Instant? = deadline
            while let moment = next {
                // The task is never cancelled.
                try? await Task.sleep(until: moment, clock: .continuous)
                next = self?.refuseLate()
            }
        }
    }

    /// Refuses the waiters whose deadline has passed.
    ///
    /// - Returns: the earliest deadline of those that go on waiting; nil when there are none.
    private func refuseLate() -> ContinuousClock.Instant? {
        let now = ContinuousClock.now
        let (late, next) = state.withLock { state in
            let late = state.waiters.filter { $0.value.deadline <= now }.keys
            let next = state.waiters.values.lazy.map(\.deadline).filter { $0 > now }.min()
            state.isWatched = next != nil
            return (late.sorted(), next)
        }
        for id in late {
            abandon(id, PostgresError(.timeout, "no connection became free within \(acquireTimeout)"))
        }
        return next
    }

    private func abandonCancelled(_ id: WaiterID) {
        abandon(id, PostgresError(.cancelled, "the task was cancelled while it waited for a connection"))
    }

    private func abandon(_ id: WaiterID, _ error: PostgresError) {
        change { $0.machine.abandon(id, error) }
    }

    private func release(_ id: ConnectionID, _ connection: PostgresConnection) async {
        let isReusable = await connection.core.isReusable
        change { state in
            if isReusable { state.lastAnswer = .now }
            return state.machine.release(id, isReusable: isReusable)
        }
    }

    /// The numbers of all connections, of those that are lent, and of the callers that wait for one.
    package var use: (connections: Int, lent: Int, waiting: Int) {
        state.withLock { ($0.machine.connectionCount, $0.machine.lentCount, $0.machine.waiterCount) }
    }

    /// True when a connection has come back in order within the time; idle connections are checked each second.
    package func hasAnswered(within duration: Duration) -> Bool {
        state.withLock { state in state.lastAnswer.map { ContinuousClock.now - $0 < duration } ?? false }
    }

    /// The number of callers one after another whose requests missed their deadlines.
    ///
    /// - Parameter duration: the time after which the last of them counts no more.
    package func lateInRow(within duration: Duration) -> Int {
        state.withLock { $0.lateReads.count(within: duration, of: .now) }
    }

    /// Tells the machine what happened, under the lock, and carries out the effects outside of it.
    private func change(_ event: (inout sending PoolState) -> [PoolMachine.Action]) {
        let effects = state.withLock { state in
            let actions = event(&state)
            return state.effects(of: actions)
        }
        for effect in effects { perform(effect) }
    }

    private func perform(_ effect: PoolState.Effect) {
        switch effect {
        case .open(let id): Task { await open(id) }
        case .resume(let continuation, let granted): continuation.resume(returning: granted)
        case .close(let connection): Task { await connection.core.abort("the pool has closed the connection") }
        case .emptied(let continuation): continuation.resume()
        }
    }

    private func open(_ id: ConnectionID) async {
        do {
            let connection = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
            if let onConnect {
                do {
                    try await onConnect(connection)
                } catch {
                    await connection.close()
                    throw error
                }
            }
            change { state in
                state.connections[id] = connection
                return state.machine.opened(id)
            }
            await connection.onClose { [weak self] in self?.change { $0.machine.lost(id) } }
        } catch {
            // The caller reports the error; a second line would say the same.
            logger.debug(
                "a database connection could not be opened; its caller gets the error",
                metadata: ["error": "\(error)"]
            )
            let error = error as? PostgresError ?? PostgresError(.connect, "preparing the connection failed: \(error)")
            change { $0.machine.openingFailed(id, error) }
        }
    }

    // MARK: Service

    /// Checks idle connections until a graceful shutdown; then closes them, waits for lent connections, and returns. A
    /// cancelled task does not wait.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: PostgresPool.checkInterval)
                    await self.checkIdle()
                }
            }
        } catch is CancellationError {
            // The loop ends with a shutdown, graceful or not.
        }
        await shutDown()
    }

    /// Refuses new callers, closes idle connections, and waits until lent connections have come back.
    package func shutDown() async {
        change { $0.machine.shutDown() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let mustWait = state.withLock { state in
                    guard !state.machine.isEmpty, !Task.isCancelled, state.emptied == nil else { return false }
                    state.emptied = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                defer { state.emptied = nil }
                return state.emptied
            }
            continuation?.resume()
        }
    }

    /// Asks all idle connections for an answer at once, and closes those that give none within the timeout.
    func checkIdle(timeout: Duration = PostgresPool.checkTimeout) async {
        await withTaskGroup(of: Void.self) { group in
            for id in state.withLock({ $0.machine.idleConnections }) {
                group.addTask { await self.check(id, timeout: timeout) }
            }
        }
    }

    private func check(_ id: ConnectionID, timeout: Duration) async {
        let connection = state.withLock { state in
            state.machine.borrowIdle(id) ? state.connections[id] : nil
        }
        guard let connection else { return }
        do {
            try await connection.query("select 1", timeout: timeout)
        } catch let error where error.kind == .cancelled {
            // The pool ends, and closes the connection itself.
        } catch {
            logger.warning(
                "an idle database connection did not answer; closing it",
                metadata: ["error": "\(error)"]
            )
        }
        await release(id, connection)
    }
}
