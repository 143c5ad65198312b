import Foundation
import Logging
import Orders
import Postgres
import Primitives

/// The appender's caches, and the retries of a batch that fails.
struct AppendSession {
    let registry: EpochRegistry
    let logger: Logger
    let commandIdFilter: CommandIdFilterCache
    /// Looks commands up whose attempts gave no answer.
    let lookUp: AcceptedLookUp
    let observer: (any CommitObserver)?
    let queue: AppendQueue
    let batchBounds: AppendQueue.Bounds
    let decisions: AppendTransaction.Limits
    /// The limit for each statement of a command that runs alone because its batch failed. The others wait.
    private let aloneStatementTimeout: Duration
    let activity: AppendActivity
    let answers: AppendAnswers
    var connection: AppendConnection
    var memory = AppendMemory()
    var slowOrders = SlowOrders()
    /// The orders of which a command of the batch at hand took too long.
    var timedOutOrders: Set<UUID> = []
    /// The time at which a batch last had a single command.
    var lastSingle: ContinuousClock.Instant?
    /// The commands that were taken from the queue behind the batch at hand, and have to run after it.
    var heldBack: [AppendQueue.Entry] = []

    init(
        connection: AppendConnection,
        registry: EpochRegistry,
        logger: Logger,
        commandIdFilter: CommandIdFilterCache,
        queue: AppendQueue,
        batchBounds: AppendQueue.Bounds,
        decisions: AppendTransaction.Limits,
        aloneStatementTimeout: Duration,
        activity: AppendActivity,
        watch: StandbyWatch? = nil,
        observer: (any CommitObserver)?
    ) {
        self.connection = connection
        self.registry = registry
        self.logger = logger
        self.commandIdFilter = commandIdFilter
        self.queue = queue
        self.batchBounds = batchBounds
        self.decisions = decisions
        self.aloneStatementTimeout = aloneStatementTimeout
        self.activity = activity
        answers = AppendAnswers(watch: watch, logger: logger)
        lookUp = AcceptedLookUp(registry: registry, filter: commandIdFilter, watch: watch, timeout: .milliseconds(500))
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
        await connection.close()
        memory.forget()
    }

    /// Appends a batch and answers each of its entries, after as many attempts as their deadlines allow.
    mutating func process(_ batch: [AppendQueue.Entry]) async {
        var next = batch
        while !next.isEmpty {
            await appendTogetherOrAlone(next)
            next = heldBack
            heldBack = []
        }
    }

    private mutating func appendTogetherOrAlone(_ batch: [AppendQueue.Entry]) async {
        guard await answers.admit(batch) else { return }
        activity.batchTaken(batch)
        defer { activity.batchTaken([]) }
        timedOutOrders = []
        let (together, alone) = slowOrders.divide(batch)
        if !together.isEmpty { await append(together, statementTimeout: nil, isLast: alone.isEmpty) }
        await appendEachAlone(alone)
    }

    /// Appends each entry in a transaction of its own. After a command that took too long, further ones of its order
    /// that wait in the same batch are answered at once: one order's trouble must not cost the others its time again
    /// and again.
    mutating func appendEachAlone(_ entries: [AppendQueue.Entry]) async {
        for entry in entries {
            if let orderId = entry.submission.orderId, timedOutOrders.contains(orderId), !entry.maybeCommitted {
                entry.pendingReceipt.complete(with: .failure(.unavailable))
                continue
            }
            await append([entry], statementTimeout: aloneStatementTimeout, isLast: false)
        }
    }

    /// - Parameters:
    ///   - statementTimeout: the limit for each statement of a command that runs alone; nil for a batch.
    ///   - isLast: what comes after these entries is still in the queue.
    private mutating func append(
        _ batch: [AppendQueue.Entry],
        statementTimeout: Duration?,
        isLast: Bool
    ) async {
        var pending = batch
        defer { activity.batchEnded() }
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
        while !pending.isEmpty {
            // The process ends at once: clients send the command again, under the same id.
            if Task.isCancelled {
                for entry in pending { entry.pendingReceipt.complete(with: .failure(.unavailable)) }
                return
            }
            pending.removeExpired()
            if pending.isEmpty { return }
            activity.batchBegins()
            do {
                let connection = try await connect()
                activity.attemptBegins(on: connection, session: self.connection.session)
                let isFirst = statementTimeout == nil && backoff.failures == 0
                let assumed = isFirst ? try assumedTransaction(of: &pending, on: connection) : nil
                let transaction =
                    if let assumed { assumed } else {
                        try await lockedTransaction(
                            of: &pending,
                            on: connection,
                            takesMore: isFirst && isLast && heldBack.isEmpty && memory.sharedLog.hasOthers,
                            statementTimeout: statementTimeout
                        )
                    }
                memory.prefetch = BatchPrefetch()
                guard activity.commitBegins(pending, after: transaction.head.seq) else {
                    // Some were refused meanwhile, and must not be appended: decide again without them.
                    if !transaction.isAssumed { try await transaction.rollBack() }
                    continue
                }
                try await commit(transaction, answering: &pending, isLast: isLast)
            } catch {
                // A frozen server process and a slow statement look the same: the next attempt tells them apart.
                let isAbandoned = activity.isAbandoned
                let failure = isAbandoned ? .timeout : AppendFailure(error)
                activity.batchFailed(error, isOutside: isAbandoned || failure == .outside)
                await close()
                if await isAnswered(&pending, after: error, failure, isAlone: statementTimeout != nil) { return }
                // Jitter: many processes must not retry at the same moment. The commands of a process that was
                // ended have little time left.
                let delay = isAbandoned ? .zero : backoff.next(random: .random(in: 0..<1))
                logger.warning(
                    "appending a batch failed; trying again on a new connection",
                    metadata: ["attempt": "\(backoff.failures)", "error": "\(error)"]
                )
                // A cancelled sleep only makes the retry come sooner; the queue ends by its own close.
                try? await Task.sleep(for: delay)
            }
        }
    }

    /// Decides the batch on what this process knows, if that suffices.
    ///
    /// - Parameter isBehind: another batch is being committed, on which this one is decided.
    /// - Returns: nil where the head must be locked first.
    mutating func assumedTransaction(
        of pending: inout [AppendQueue.Entry],
        on connection: PostgresConnection,
        isBehind: Bool = false
    ) throws -> AppendTransaction? {
        let began = ContinuousClock.now
        let history = connection.history
        // Nothing may be appended to the old primary after a failover.
        try registry.requireContinuing(history, registry.current, on: connection)
        let snapshot = commandIdFilter.snapshot(in: history)
        return memory.assume(&pending, in: history, snapshot: snapshot, limits: decisions).map {
            AppendTransaction(
                $0.plan,
                on: connection,
                at: $0.headPlace,
                isBehind: isBehind,
                began: began,
                decidedFrom: $0.decidedFrom
            )
        }
    }

    /// Locks the head, and decides the batch then.
    ///
    /// - Parameter takesMore: other processes append too, so that more commands come during the wait for the head.
    private mutating func lockedTransaction(
        of pending: inout [AppendQueue.Entry],
        on connection: PostgresConnection,
        takesMore: Bool,
        statementTimeout: Duration?
    ) async throws -> AppendTransaction {
        let began = ContinuousClock.now
        if takesMore { try await lockAndTakeMore(&pending, on: connection) }
        return try await AppendTransaction.begin(
            on: connection,
            entries: pending,
            isOpen: takesMore,
            began: began,
            statementTimeout: statementTimeout,
            limits: decisions,
            headPlace: memory.headPlace,
            registry: registry,
            commandIdFilter: commandIdFilter,
            cache: &memory.cache,
            clock: &memory.clock,
            prefetch: memory.prefetch
        )
    }

    /// Locks the head before the batch is fixed: what came while other processes kept the head goes with it. All rows
    /// are loaded under the lock then, in one round trip, since others have changed some.
    private mutating func lockAndTakeMore(
        _ pending: inout [AppendQueue.Entry],
        on connection: PostgresConnection
    ) async throws {
        memory.forgetRows()
        try await AppendTransaction.lock(on: connection, near: memory.headPlace)
        guard slowOrders.isEmpty() else { return }
        let bytes = pending.reduce(0) { $0 + $1.submission.byteCount }
        guard pending.count < batchBounds.count, bytes < batchBounds.bytes else { return }
        pending += queue.more(
            limit: AppendQueue.Bounds(count: batchBounds.count - pending.count, bytes: batchBounds.bytes - bytes)
        )
        activity.batchTaken(pending)
    }

    mutating func connect() async throws -> PostgresConnection {
        if let kept = await connection.kept() { return kept }
        await close()
        return try await connection.open()
    }
}
