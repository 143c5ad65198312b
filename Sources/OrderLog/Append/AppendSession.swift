import Logging
import Orders
import Postgres
import Primitives

/// The appender's connection and what happens to a batch when it fails.
struct AppendSession {
    private let configuration: PostgresConfiguration
    private let executor: PostgresExecutor
    private let registry: EpochRegistry
    private let logger: Logger
    private let oldIds: CommandIdFilterCache
    private let witness: (any CommitObserver)?
    private let queue: AppendQueue
    private let batchLimit: Int
    private var connection: PostgresConnection?
    private var cache = StateCache()
    /// For looking up what the next batch needs while one is being written.
    private var lookUps: PostgresConnection?
    private var ahead = BatchPrefetch()

    init(
        configuration: PostgresConfiguration,
        executor: PostgresExecutor,
        registry: EpochRegistry,
        logger: Logger,
        oldIds: CommandIdFilterCache,
        queue: AppendQueue,
        batchLimit: Int,
        witness: (any CommitObserver)?
    ) {
        self.configuration = configuration
        self.executor = executor
        self.registry = registry
        self.logger = logger
        self.oldIds = oldIds
        self.queue = queue
        self.batchLimit = batchLimit
        self.witness = witness
    }

    /// Connects ahead of the first command, so that a changed database opens its epoch at start and not at first use.
    mutating func warmUp() async {
        do {
            _ = try await connect()
        } catch {
            logger.warning("appender: not connected yet", metadata: ["error": "\(error)"])
        }
    }

    mutating func close() async {
        await connection?.close()
        connection = nil
        await lookUps?.close()
        lookUps = nil
        // After a failure nobody knows what was committed.
        cache.removeAll()
        ahead = BatchPrefetch()
    }

    /// Answers every entry of the batch, one way or another.
    mutating func process(_ batch: [AppendQueue.Entry]) async {
        var pending = batch
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
        while !pending.isEmpty {
            // Told to end at once: whoever still waits sends again, under the same id.
            if Task.isCancelled {
                for entry in pending { entry.ticket.answer(.failure(.unavailable)) }
                return
            }
            expire(&pending)
            if pending.isEmpty { return }
            do {
                let transaction = try await AppendTransaction.begin(
                    connect(),
                    entries: pending,
                    registry: registry,
                    oldIds: oldIds,
                    cache: &cache,
                    ahead: ahead
                )
                ahead = BatchPrefetch()
                try await finish(transaction, &pending)
                return
            } catch {
                // Jitter: many processes must not return at the same moment.
                let delay = backoff.next(random: .random(in: 0..<1))
                logger.warning("append failed", metadata: ["attempt": "\(backoff.failures)", "error": "\(error)"])
                await close()
                if AppendFailure(error) == .batch {
                    await separately(pending, error)
                    return
                }
                // A cancelled sleep only means that the retry comes sooner; the queue still ends by its own close.
                try? await Task.sleep(for: delay)
            }
        }
    }

    /// Commits and answers. After an error COMMIT may have been sent: marks what may have been committed, and throws.
    private mutating func finish(_ transaction: AppendTransaction, _ pending: inout [AppendQueue.Entry]) async throws {
        let (wanted, connection) = (BatchPrefetch(wanting: queue.peek(limit: batchLimit), cache), lookUps)
        let (old, epochs) = (oldIds.snapshot(in: registry.current), registry.current)
        async let fetched = wanted.fetched(old, epochs, after: transaction.head, on: connection, logger)
        if transaction.hasEvents { witness?.commitBegins() }
        do {
            try await transaction.commit()
        } catch {
            if transaction.hasEvents { witness?.commitEnded([], in: epochs) }
            for index in pending.indices where transaction.accepted(index) { pending[index].maybeCommitted = true }
            throw error
        }
        transaction.remember(in: &cache)
        transaction.announce(to: witness)
        for (entry, result) in zip(pending, transaction.results) { entry.ticket.answer(result) }
        ahead = await fetched
        ahead.learn(transaction.known)
    }

    /// The database refused a batch for what is in it: each command alone, so that only the culprit fails.
    private mutating func separately(_ pending: [AppendQueue.Entry], _ error: any Error) async {
        guard pending.count > 1 else {
            for entry in pending {
                logger.error(
                    "command failed",
                    metadata: ["error": "\(error)", "command": "\(entry.submission.commandId)"]
                )
                entry.ticket.answer(.failure(.failed))
            }
            return
        }
        for entry in pending { await process([entry]) }
    }

    private func expire(_ pending: inout [AppendQueue.Entry]) {
        let now = ContinuousClock.now
        for entry in pending where entry.deadline <= now { entry.ticket.answer(.failure(.unavailable)) }
        pending.removeAll { $0.deadline <= now }
    }

    private mutating func connect() async throws -> PostgresConnection {
        if let connection, connection.isOpen {
            if lookUps?.isOpen != true { await connectLookUps() }
            return connection
        }
        cache.removeAll()
        ahead = BatchPrefetch()
        let fresh = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
        do {
            try await EpochStore.ensure(on: fresh, registry: registry)
        } catch {
            await fresh.close()
            throw error
        }
        connection = fresh
        await connectLookUps()
        return fresh
    }

    /// Does without where that fails, until the next batch.
    private mutating func connectLookUps() async {
        ahead = BatchPrefetch()
        do {
            lookUps = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
        } catch {
            lookUps = nil
            logger.debug("no connection for looking up ahead", metadata: ["error": "\(error)"])
        }
    }
}

/// Whether a failed batch is to be run again as it is, or command by command.
enum AppendFailure: Equatable {
    case retry
    case batch

    /// Lost connections, timeouts, shutdowns (class 57), lock and serialisation failures (40, 55), a full disk or other
    /// lack of resources (53) and I/O errors (58) come from outside the batch. PostgreSQL, appendix A.
    /// What is no database error comes from a stored row that cannot be read, and would stop the batch again.
    init(_ error: any Error) {
        guard let error = error as? PostgresError else {
            self = .batch
            return
        }
        guard let state = error.sqlState else {
            self = error.kind == .decoding ? .batch : .retry
            return
        }
        self = ["08", "25", "40", "53", "55", "57", "58"].contains(state.prefix(2)) ? .retry : .batch
    }
}
