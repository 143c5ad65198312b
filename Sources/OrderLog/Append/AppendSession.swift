import Logging
import Orders
import Postgres
import Primitives

/// The appender's connections, its caches, and the retries of a batch that fails.
struct AppendSession {
    private let configuration: PostgresConfiguration
    private let executor: PostgresExecutor
    private let registry: EpochRegistry
    private let logger: Logger
    private let commandIdFilter: CommandIdFilterCache
    private let observer: (any CommitObserver)?
    private let queue: AppendQueue
    private let batchLimit: Int
    private var connection: PostgresConnection?
    private var cache = StateCache()
    /// Loads the rows of the next batch while one is being committed.
    private var prefetchConnection: PostgresConnection?
    private var prefetch = BatchPrefetch()

    init(
        configuration: PostgresConfiguration,
        executor: PostgresExecutor,
        registry: EpochRegistry,
        logger: Logger,
        commandIdFilter: CommandIdFilterCache,
        queue: AppendQueue,
        batchLimit: Int,
        observer: (any CommitObserver)?
    ) {
        self.configuration = configuration
        self.executor = executor
        self.registry = registry
        self.logger = logger
        self.commandIdFilter = commandIdFilter
        self.queue = queue
        self.batchLimit = batchLimit
        self.observer = observer
    }

    /// Connects before the first command, so that a changed database opens its epoch at start and not at first use.
    mutating func connectEarly() async {
        do {
            _ = try await connect()
        } catch {
            logger.warning(
                "the appender cannot connect to the database; it tries again with the next command",
                metadata: ["error": "\(error)"]
            )
        }
    }

    mutating func close() async {
        await connection?.close()
        connection = nil
        await prefetchConnection?.close()
        prefetchConnection = nil
        // After a failure it is unknown which orders were committed.
        cache.removeAll()
        prefetch = BatchPrefetch()
    }

    /// Appends a batch and answers each of its entries, after as many attempts as their deadlines allow.
    mutating func process(_ batch: [AppendQueue.Entry]) async {
        var pending = batch
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
        while !pending.isEmpty {
            // The process ends at once: clients send the command again, under the same id.
            if Task.isCancelled {
                for entry in pending { entry.pendingReceipt.complete(with: .failure(.unavailable)) }
                return
            }
            removeExpired(&pending)
            if pending.isEmpty { return }
            do {
                let transaction = try await AppendTransaction.begin(
                    on: connect(),
                    entries: pending,
                    registry: registry,
                    commandIdFilter: commandIdFilter,
                    cache: &cache,
                    prefetch: prefetch
                )
                prefetch = BatchPrefetch()
                try await commit(transaction, answering: &pending)
                return
            } catch {
                // Jitter: many processes must not retry at the same moment.
                let delay = backoff.next(random: .random(in: 0..<1))
                logger.warning(
                    "appending a batch failed; trying again on a new connection",
                    metadata: ["attempt": "\(backoff.failures)", "error": "\(error)"]
                )
                await close()
                if AppendFailure(error) == .batch {
                    await processEachAlone(pending, after: error)
                    return
                }
                // A cancelled sleep only makes the retry come sooner; the queue ends by its own close.
                try? await Task.sleep(for: delay)
            }
        }
    }

    /// Commits the transaction and answers its entries, and loads the rows of the next batch meanwhile.
    ///
    /// - Throws: the database's error. COMMIT may have been sent by then: the entries that may be committed are marked.
    private mutating func commit(
        _ transaction: AppendTransaction,
        answering pending: inout [AppendQueue.Entry]
    ) async throws {
        let wanted = BatchPrefetch(for: queue.peek(limit: batchLimit), notIn: cache)
        let (epochs, connection) = (registry.current, prefetchConnection)
        let (snapshot, logger) = (commandIdFilter.snapshot(in: epochs), logger)
        async let loaded = wanted.load(
            snapshot: snapshot,
            epochs: epochs,
            after: transaction.head,
            on: connection,
            logger: logger
        )
        if transaction.hasEvents { observer?.commitBegins() }
        do {
            try await transaction.commit()
        } catch {
            if transaction.hasEvents { observer?.commitEnded([], in: epochs) }
            for index in pending.indices where transaction.accepted(index) { pending[index].maybeCommitted = true }
            throw error
        }
        transaction.update(&cache)
        transaction.notify(observer)
        for (entry, result) in zip(pending, transaction.results) { entry.pendingReceipt.complete(with: result) }
        prefetch = await loaded
        prefetch.merge(transaction.known)
    }

    /// Runs each command alone after the database refused their batch, so that only the command that it refuses fails.
    private mutating func processEachAlone(_ pending: [AppendQueue.Entry], after error: any Error) async {
        guard pending.count > 1 else {
            for entry in pending {
                logger.error(
                    "the database refused a command; it is answered with an internal error",
                    metadata: ["error": "\(error)", "command": "\(entry.submission.commandId)"]
                )
                entry.pendingReceipt.complete(with: .failure(.failed))
            }
            return
        }
        for entry in pending { await process([entry]) }
    }

    /// Refuses the entries whose deadline has passed.
    private func removeExpired(_ pending: inout [AppendQueue.Entry]) {
        let now = ContinuousClock.now
        for entry in pending where entry.deadline <= now {
            entry.pendingReceipt.complete(with: .failure(.unavailable))
        }
        pending.removeAll { $0.deadline <= now }
    }

    private mutating func connect() async throws -> PostgresConnection {
        if let connection, connection.isOpen {
            if prefetchConnection?.isOpen != true { await connectForPrefetch() }
            return connection
        }
        cache.removeAll()
        prefetch = BatchPrefetch()
        let fresh = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
        do {
            try await EpochStore.ensure(on: fresh, registry: registry)
        } catch {
            await fresh.close()
            throw error
        }
        connection = fresh
        await connectForPrefetch()
        return fresh
    }

    /// Connects for prefetching. Where that fails, batches load their rows themselves until the next attempt.
    private mutating func connectForPrefetch() async {
        prefetch = BatchPrefetch()
        do {
            prefetchConnection = try await PostgresConnection.connect(configuration, on: executor, logger: logger)
        } catch {
            prefetchConnection = nil
            logger.debug(
                "the prefetch connection failed; batches load their rows themselves",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
