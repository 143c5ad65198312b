import Logging

/// The answers to the commands that transactions have decided: given at once, or with a watch when a standby has what
/// they tell of.
struct AppendAnswers {
    private let watch: StandbyWatch?
    private let slowCommands: SlowCommandLog

    /// - Parameter watch: knows what a standby has; nil to answer after the commit.
    init(watch: StandbyWatch?, logger: Logger) {
        self.watch = watch
        slowCommands = SlowCommandLog(logger: logger)
    }

    /// Batches are answered as soon as they are committed, whatever a standby has.
    var areImmediate: Bool { watch == nil }

    /// Waits for room for the answers of a batch. Where nobody may be told of a commit at present, refuses the batch.
    ///
    /// - Returns: false where the batch was refused.
    func admit(_ batch: [AppendQueue.Entry]) async -> Bool {
        guard let watch else { return true }
        await watch.waitForRoom()
        guard watch.isBlocked else { return true }
        for entry in batch { entry.pendingReceipt.complete(with: .failure(.notDurable)) }
        return false
    }

    /// Answers the entries that a transaction has decided. With a watch, refusals too wait for a standby: they tell of
    /// what was committed before.
    func answer(_ entries: [AppendQueue.Entry], after transaction: AppendTransaction, _ stages: AppendStages) {
        let (results, slowCommands, isWritten) = (transaction.results, slowCommands, !transaction.isEmpty)
        let complete: @Sendable ([PendingReceipt.Answer]) -> Void = { answers in
            // Before the answers, after which they are read.
            for entry in entries {
                entry.submission.timings?.record(stages, queuedAt: entry.queuedAt, isWritten: isWritten)
            }
            PendingReceipt.complete(zip(entries, answers)) { entry, answer, wait in
                slowCommands.answered(entry, answer, stages, after: wait)
            }
        }
        guard let watch else { return complete(results) }
        let deadline = ContinuousClock.now + StandbyWatch.replyTimeout
        let byteCount = entries.reduce(0) { $0 + $1.submission.byteCount + 2048 }
        let body: @Sendable (Bool) -> Void = { isDurable in
            complete(isDurable ? results : results.map { _ in .failure(.notDurable) })
        }
        let epochs = transaction.epochs
        if transaction.hasEvents || transaction.isEmpty && !Self.tellOfCommandsWithoutEvents(results) {
            watch.whenDurable(through: transaction.seqAfter, in: epochs, until: deadline, byteCount: byteCount, body)
        } else {
            watch.whenEverythingIsDurable(in: epochs, until: deadline, byteCount: byteCount, body)
        }
    }

    /// True where an answer may tell of a command that was accepted without events before: the log's last event says
    /// nothing of its commit.
    static func tellOfCommandsWithoutEvents(_ results: [PendingReceipt.Answer]) -> Bool {
        results.contains { result in
            switch result {
            case .success(let receipt): receipt.events.isEmpty
            case .failure(.commandIdReused): true
            case .failure: false
            }
        }
    }
}

extension [AppendQueue.Entry] {
    /// Refuses the entries whose deadline has passed, and drops those that were refused while they waited.
    mutating func removeExpired() {
        let now = ContinuousClock.now
        for entry in self where entry.deadline <= now {
            entry.pendingReceipt.complete(with: .failure(.unavailable))
        }
        removeAll { $0.deadline <= now || $0.pendingReceipt.isAnswered }
    }
}
