import Logging
import Orders
import Postgres

/// The end of batches that must not run again as they are.
extension AppendSession {
    /// Answers the entries of a batch that must not run again as it is: several run alone, each in a transaction of its
    /// own, so that the one at fault fails alone; a single one is at fault, unless it had no more time to be decided
    /// than a batch has.
    ///
    /// - Parameter isAlone: the attempt was that of a command that runs alone.
    /// - Returns: false where the batch has to run again.
    mutating func isAnswered(
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
}
