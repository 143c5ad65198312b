import Logging
import Orders
import Postgres

/// The commit of batches.
///
/// Each batch is decided on what the one before it leaves. Under load it is sent before the answer of that one has
/// come, so that the server goes from one to the next without a pause. It requires the head that the one before
/// leaves, so that it is refused where that one fails.
extension AppendSession {
    /// The number of waiting commands from which on a batch is sent behind another one. Smaller ones wait for the
    /// commit: the fewer transactions, the less work.
    private var crowd: Int { batchBounds.count / 2 }

    /// The time after a single command for which no more than `crowd` commands are decided ahead: a single command may
    /// have to wait for two such batches, where it waits for one else.
    private static let shortBatches: Duration = .seconds(1)

    /// The number of batches after which one waits for the answer of the one before, so that other processes, which
    /// wait for the head, get it.
    private static let longestRow = 16

    /// The bounds of what is decided ahead.
    private mutating func nextBounds(behind batch: [AppendQueue.Entry]) -> AppendQueue.Bounds {
        let now = ContinuousClock.now
        if queue.counts.singles > 0 || batch.contains(where: { !$0.isBulk }) { lastSingle = now }
        guard let lastSingle, now - lastSingle < Self.shortBatches else { return batchBounds }
        return AppendQueue.Bounds(count: crowd, bytes: batchBounds.bytes)
    }

    /// Commits the transaction, answers its entries and removes them from `pending`. Under load commits further batches
    /// of the queue; `pending` has the entries of the last one then that are not answered.
    ///
    /// - Parameter isLast: the next transaction is that of the next batch.
    /// - Throws: the database's error. COMMIT may have been sent by then: the entries that may be committed are marked.
    mutating func commit(
        _ transaction: AppendTransaction,
        answering pending: inout [AppendQueue.Entry],
        isLast: Bool
    ) async throws {
        var next: SentBatch? = SentBatch(transaction, of: pending, on: connection.executor)
        var inRow = 0
        while let batch = next {
            pending = batch.entries
            inRow += 1
            do {
                next = try await end(batch, answering: &pending, isLast: isLast, isFollowed: inRow < Self.longestRow)
            } catch  where batch.transaction.isRefuted(by: error) {
                activity.commitRefuted()
                memory.ahead.wasRefuted()
                try await batch.transaction.rollBack()
                return
            }
        }
    }

    /// Waits for the commit of a batch, answers its entries and removes them from `pending`. Loads the rows of the next
    /// batch meanwhile, and decides those of its commands that have come.
    ///
    /// - Parameter isFollowed: the next batch may be sent before the answer of this one has come.
    /// - Returns: the next batch where it has been sent already.
    private mutating func end(
        _ batch: SentBatch,
        answering pending: inout [AppendQueue.Entry],
        isLast: Bool,
        isFollowed: Bool
    ) async throws -> SentBatch? {
        let transaction = batch.transaction
        // Further commands of this batch must not wait for the rows of the next one.
        let isLast = isLast && transaction.results.count == pending.count
        // Other processes that append would outdate present knowledge before it is needed.
        let isAlone = isLast && !memory.sharedLog.hasOthers
        let (epochs, logger, executor) = (transaction.epochs, logger, connection.executor.connections)
        let snapshot = commandIdFilter.snapshot(in: epochs)
        let work = memory.ahead.work(
            on: isAlone ? slowOrders.divide(queue.peek(limit: nextBounds(behind: pending))).together : [],
            after: transaction,
            cache: &memory.cache,
            at: memory.clock.estimate(),
            snapshot: snapshot,
            crowd: crowd,
            limits: decisions
        )
        let prefetchConnection = work.prefetch.isEmpty ? nil : connection.prefetch.connection
        async let done = work.run(snapshot: snapshot, on: prefetchConnection, executor, logger: logger)
        if transaction.hasEvents { observer?.commitBegins() }
        let sendsNext = isFollowed && isAlone && work.isCrowded && maySendNext(behind: transaction)
        var next: SentBatch?
        if sendsNext {
            (memory.prefetch, memory.ahead.plan) = await done
            next = sendNext(behind: transaction)
        }
        var stages = transaction.stages
        do {
            let commit = try await batch.committed()
            stages.commit = .now - batch.began
            memory.note(commit, of: transaction, isPresumed: sendsNext, sent: batch.sent, in: stages.commit)
            next?.begins()
            activity.batchCommitted(commands: transaction.isEmpty ? 0 : transaction.results.count)
        } catch {
            if transaction.hasEvents { observer?.commitEnded([], in: epochs) }
            mark(&pending, after: error, of: transaction)
            if let next { await holdBack(next) }
            if sendsNext { memory.forgetRows() }
            throw error
        }
        transaction.notify(observer)
        let answered = Array(pending.prefix(transaction.results.count))
        activity.batchDecided(answered, stages, isWritten: !transaction.isEmpty)
        answers.answer(answered, after: transaction, stages)
        pending.removeFirst(transaction.results.count)
        if let next {
            activity.batchTaken(next.entries)
            activity.batchBegins()
            activity.attemptBegins(on: next.transaction.connection, session: connection.session)
            activity.commitBegins(after: next.transaction.head.seq)
        } else if !sendsNext {
            (memory.prefetch, memory.ahead.plan) = await done
            memory.prefetch.merge(transaction.known, transaction.changedRecords)
        }
        return next
    }

    /// Marks the entries that may be committed after all.
    private func mark(_ entries: inout [AppendQueue.Entry], after error: any Error, of transaction: AppendTransaction) {
        guard AppendFailure.mayBeCommitted(error) else { return }
        for index in entries.indices where transaction.accepted(index) {
            entries[index].note(attemptAfter: transaction.head.seq)
        }
    }

    // MARK: A batch behind another one

    /// A batch may be sent before the answer of this transaction has come.
    private func maySendNext(behind transaction: AppendTransaction) -> Bool {
        // The commands of slow orders, and those held back, run between the two. With a standby to wait for, batches
        // wait for room for their answers.
        transaction.isAssumed && slowOrders.isEmpty() && heldBack.isEmpty && answers.areImmediate && !Task.isCancelled
    }

    /// Takes the commands that were decided ahead from the queue, and sends them.
    ///
    /// - Parameter transaction: the one that is being committed, on which they were decided.
    /// - Returns: nil where the commands that were taken must run later. They are held back.
    private mutating func sendNext(behind transaction: AppendTransaction) -> SentBatch? {
        memory.presume(transaction)
        guard let plan = memory.ahead.plan, !plan.isEmpty else { return nil }
        var entries = queue.take(peeked: plan.entries)
        entries.removeExpired()
        // If some are gone, all others would be decided again.
        guard activity.moreTaken(entries), entries.count == plan.entries.count,
            let next = decided(&entries, behind: transaction)
        else {
            heldBack = entries
            return nil
        }
        return SentBatch(next, of: entries, on: connection.executor)
    }

    private mutating func decided(
        _ entries: inout [AppendQueue.Entry],
        behind transaction: AppendTransaction
    ) -> AppendTransaction? {
        do {
            return try assumedTransaction(of: &entries, on: transaction.connection, isBehind: true)
        } catch {
            // The next attempt finds the same, and tells of it.
            logger.debug("a batch could not be decided ahead", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Waits for the end of a batch that was sent behind one that has failed, and holds its entries back.
    private mutating func holdBack(_ batch: SentBatch) async {
        heldBack = batch.entries
        do {
            _ = try await batch.committed()
            // The batch before it is committed then too, whatever its own answer was.
            for index in heldBack.indices where batch.transaction.accepted(index) {
                heldBack[index].note(attemptAfter: batch.transaction.head.seq)
            }
        } catch {
            mark(&heldBack, after: error, of: batch.transaction)
        }
    }
}
