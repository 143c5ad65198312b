import Orders
import Postgres

/// Finds commands that the log has accepted, outside of the head lock: what is found is certain, and what is not found
/// may still be appended.
struct AcceptedLookUp {
    let registry: EpochRegistry
    let filter: CommandIdFilterCache
    /// Knows which commands are on a standby's disk, since the others are not told; nil where all are told.
    var watch: StandbyWatch?
    /// The time for each step.
    let timeout: Duration

    /// - Parameter connection: any session of the log; it is checked not to lead to a former server.
    /// - Returns: for each submission the answer that the log has for it, as to a repetition; nil where it has none.
    func receipts(
        of submissions: [Submission],
        on connection: PostgresConnection
    ) async throws -> [CommandReceipt?] {
        if connection.history.epochs.isEmpty {
            try await EpochStore.check(connection, in: registry)
            guard connection.history.continues(registry.current) else {
                // A promoted server that lacks the newest epoch. It is looked at anew until it has one of its own.
                connection.setHistory(EpochTable())
                return submissions.map { _ in nil }
            }
        }
        let (history, known) = (connection.history, registry.current)
        let lookUp = CommandLookUp(snapshot: filter.snapshot(in: history), epochs: history, timeout: timeout)
        let ids = Array(Set(submissions.map(\.commandId)))
        let results = try await connection.pipeline(
            [lookUp.recent(ids), EpochStore.newer.query(after: history.newestOrdinal)],
            timeout: timeout
        )
        let epochs = try connection.addEpochs(results[1], registry: registry)
        try registry.requireContinuing(epochs, known, on: connection)
        let found = try await lookUp.complete(results[0], ids: ids, on: connection)
        let byId = Dictionary(grouping: found.filter { isTellable($0.value, in: epochs) }) { $0.key.commandId }
        return submissions.map { submission in
            byId[submission.commandId]?.first { Self.is($0.value, of: $0.key.shop, submission) }?.value
                .receipt(in: epochs, replayed: true)
        }
    }

    /// True where the answer may be given. Commands without events are left to the head lock.
    private func isTellable(_ command: AcceptedCommand, in history: EpochTable) -> Bool {
        guard let watch else { return true }
        return !command.events.isEmpty && (watch.seq(in: history) ?? 0) >= command.lastSeq
    }

    /// True for the very command of the submission. One with the same id that is another command is not told here.
    private static func `is`(_ accepted: AcceptedCommand, of shop: String, _ submission: Submission) -> Bool {
        guard submission.mayAct(in: shop), accepted.fingerprint == submission.fingerprint else { return false }
        if let named = submission.trackingKey?.shop ?? submission.command.shop { return named == shop }
        return accepted.orderId == submission.orderId
    }
}
