import Postgres

/// A batch whose transaction was sent, and whose answer has not come.
struct SentBatch {
    let transaction: AppendTransaction
    let entries: [AppendQueue.Entry]
    /// The time at which it was sent, or at which the answer of the batch before it came.
    private(set) var began = ContinuousClock.now
    /// The same by this machine's clock, as in `LogClock.Reading`.
    private(set) var sent = LogClock.Reading.monotonicNow
    private let commit: Task<AppendTransaction.Commit, any Error>

    /// Sends the transaction. Those that are made one after another are sent in this order.
    ///
    /// - Parameters:
    ///   - entries: the commands of the batch. The transaction may have decided the first of them alone.
    ///   - executor: the thread of the transaction's connection.
    init(_ transaction: AppendTransaction, of entries: [AppendQueue.Entry], on executor: PostgresTaskExecutor) {
        self.transaction = transaction
        self.entries = entries
        commit = Task(executorPreference: executor) { try await transaction.commit() }
    }

    /// Takes note of the answer of the batch before this one, with which the server begins this one.
    mutating func begins() {
        began = .now
        sent = LogClock.Reading.monotonicNow
    }

    /// Waits for the commit.
    ///
    /// - Throws: the database's error.
    func committed() async throws -> AppendTransaction.Commit {
        try await withTaskCancellationHandler {
            try await commit.value
        } onCancel: {
            commit.cancel()
        }
    }
}
