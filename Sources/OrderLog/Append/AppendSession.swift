import Foundation
import Logging
import Orders
import Postgres
import Primitives

/// The appender's caches, and the retries of a batch that fails.
struct AppendSession {
    private let registry: EpochRegistry
    private let logger: Logger
    private let commandIdFilter: CommandIdFilterCache
    /// Looks commands up whose attempts gave no answer.
    private let lookUp: AcceptedLookUp
    private let observer: (any CommitObserver)?
    private let queue: AppendQueue
    private let batchBounds: AppendQueue.Bounds
    private let decisions: AppendTransaction.Limits
    /// The limit for each statement of a command that runs alone because its batch failed. The others wait.
    private let aloneStatementTimeout: Duration
    private let activity: AppendActivity
    private let answers: AppendAnswers
    private var connection: AppendConnection
    private var memory = AppendMemory()
    private var slowOrders = SlowOrders()
    /// The orders of which a command of the batch at hand took too long.
    private var timedOutOrders: Set<UUID> = []

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
        guard await answers.admit(batch) else { return }
        activity.batchTaken(batch)
        defer { activity.batchTaken([]) }
        timedOutOrders = []
        let (together, alone) = slowOrders.divide(batch)
        if !together.isEmpty { await append(together, statementTimeout: nil) }
        await appendEachAlone(alone)
    }

    /// Appends each entry in a transaction of its own. After a command that took too long, further ones of its order
    /// that wait in the same batch are answered at once: one order's trouble must not cost the others its time again
    /// and again.
    private mutating func appendEachAlone(_ entries: [AppendQueue.Entry]) async {
        for entry in entries {
            if let orderId = entry.submission.orderId, timedOutOrders.contains(orderId), !entry.maybeCommitted {
                entry.pendingReceipt.complete(with: .failure(.unavailable))
                continue
            }
            await append([entry], statementTimeout: aloneStatementTimeout)
        }
    }

    /// - Parameter statementTimeout: the limit for each statement of a command that runs alone; nil for a batch.
    private mutating func append(_ batch: [AppendQueue.Entry], statementTimeout: Duration?) async {
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
                            takesMore: isFirst && memory.sharedLog.hasOthers,
                            statementTimeout: statementTimeout
                        )
                    }
                memory.prefetch = BatchPrefetch()
                guard activity.commitBegins(pending, after: transaction.head.seq) else {
                    // Some were refused meanwhile, and must not be appended: decide again without them.
                    if !transaction.isAssumed { try await transaction.rollBack() }
                    continue
                }
                do {
                    try await commit(transaction, answering: &pending, isLast: statementTimeout == nil)
                } catch  where transaction.isRefuted(by: error) {
                    activity.commitRefuted()
                    memory.ahead.wasRefuted()
                    try await transaction.rollBack()
                }
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
    /// - Returns: nil where the head must be locked first.
    private mutating func assumedTransaction(
        of pending: inout [AppendQueue.Entry],
        on connection: PostgresConnection
    ) throws -> AppendTransaction? {
        let began = ContinuousClock.now
        let history = connection.history
        // Nothing may be appended to the old primary after a failover.
        try registry.requireContinuing(history, registry.current, on: connection)
        let snapshot = commandIdFilter.snapshot(in: history)
        return memory.assume(&pending, in: history, snapshot: snapshot, limits: decisions).map {
            AppendTransaction($0.plan, on: connection, at: $0.headPlace, began: began, decidedFrom: $0.decidedFrom)
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

    /// Commits the transaction, answers its entries and removes them from `pending`. Loads the rows of the next batch
    /// meanwhile, and decides those of its commands that have come.
    ///
    /// - Parameter isLast: the next transaction is that of the next batch.
    /// - Throws: the database's error. COMMIT may have been sent by then: the entries that may be committed are marked.
    private mutating func commit(
        _ transaction: AppendTransaction,
        answering pending: inout [AppendQueue.Entry],
        isLast: Bool
    ) async throws {
        // Further commands of this batch must not wait for the rows of the next one.
        let isLast = isLast && transaction.results.count == pending.count
        // Other processes that append would outdate present knowledge before it is needed.
        let isAlone = isLast && !memory.sharedLog.hasOthers
        let (epochs, logger, executor) = (transaction.epochs, logger, connection.executor)
        let snapshot = commandIdFilter.snapshot(in: epochs)
        let work = memory.ahead.work(
            on: isAlone ? slowOrders.divide(queue.peek(limit: batchBounds)).together : [],
            after: transaction,
            cache: &memory.cache,
            at: memory.clock.estimate(),
            snapshot: snapshot,
            limits: decisions
        )
        let connection = work.prefetch.isEmpty ? nil : connection.prefetch.connection
        async let done = work.run(snapshot: snapshot, on: connection, executor, logger: logger)
        if transaction.hasEvents { observer?.commitBegins() }
        var stages = transaction.stages
        do {
            let (began, sent) = (ContinuousClock.now, LogClock.Reading.monotonicNow)
            let commit = try await transaction.commit()
            stages.commit = .now - began
            memory.note(commit, of: transaction, sent: sent, in: stages.commit)
            activity.batchCommitted(commands: transaction.isEmpty ? 0 : transaction.results.count)
        } catch {
            if transaction.hasEvents { observer?.commitEnded([], in: epochs) }
            if AppendFailure.mayBeCommitted(error) {
                for index in pending.indices where transaction.accepted(index) {
                    pending[index].note(attemptAfter: transaction.head.seq)
                }
            }
            throw error
        }
        transaction.notify(observer)
        let answered = Array(pending.prefix(transaction.results.count))
        activity.batchDecided(answered, stages, isWritten: !transaction.isEmpty)
        answers.answer(answered, after: transaction, stages)
        pending.removeFirst(transaction.results.count)
        (memory.prefetch, memory.ahead.plan) = await done
        memory.prefetch.merge(transaction.known, transaction.changedRecords)
    }

    /// Answers the entries of a batch that must not run again as it is: several run alone, each in a transaction of its
    /// own, so that the one at fault fails alone; a single one is at fault, unless it had no more time to be decided
    /// than a batch has.
    ///
    /// - Parameter isAlone: the attempt was that of a command that runs alone.
    /// - Returns: false where the batch has to run again.
    private mutating func isAnswered(
        _ pending: inout [AppendQueue.Entry],
        after error: any Error,
        _ failure: AppendFailure,
        isAlone: Bool
    ) async -> Bool {
        if failure == .outside { return false }
        if pending.count > 1 || !isAlone && AppendFailure.isLateDecision(error) {
            logger.warning(
                "appending a batch failed; each of its commands now runs alone",
                metadata: ["commands": "\(pending.count)", "error": "\(error)"]
            )
            await appendEachAlone(pending)
            return true
        }
        guard let entry = pending.first else { return true }
        if failure == .refusal {
            logger.error(
                "the database refused a command; it is answered with an internal error",
                metadata: entry.submission.logMetadata().merging(["error": "\(error)"]) { $1 }
            )
            entry.pendingReceipt.complete(with: .failure(.failed))
            return true
        }
        // The command may be committed after all. It runs once more, under the head lock, where its id is looked up.
        if AppendFailure.mayBeCommitted(error), !entry.wasTimedOut {
            pending[0].wasTimedOut = true
            return false
        }
        if entry.maybeCommitted, let receipt = await receiptOfLog(entry) {
            entry.pendingReceipt.complete(with: .success(receipt))
            return true
        }
        if let orderId = entry.submission.orderId {
            slowOrders.insert(orderId)
            timedOutOrders.insert(orderId)
        }
        logger.error(
            "a command took too long; it is answered as unavailable",
            metadata: entry.submission.logMetadata().merging(["error": "\(error)"]) { $1 }
        )
        entry.pendingReceipt.complete(with: .failure(.unavailable))
        return true
    }

    /// The answer that the log has for a command whose attempts gave none, looked up without the head lock; nil where
    /// the log has none, or does not tell.
    private mutating func receiptOfLog(_ entry: AppendQueue.Entry) async -> CommandReceipt? {
        do {
            let receipt = try await lookUp.receipts(of: [entry.submission], on: connect())[0]
            guard var receipt, let attemptedAfter = entry.attemptedAfter else { return receipt }
            receipt.replayed = !receipt.mayBeNewer(than: attemptedAfter)
            return receipt
        } catch {
            logger.debug("a command could not be looked up", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private mutating func connect() async throws -> PostgresConnection {
        if let kept = await connection.kept() { return kept }
        await close()
        return try await connection.open()
    }
}
