import Foundation
import Logging
import OrderLog
import Postgres

/// Follows the log in small steps until its head is near enough, and takes over while the head is held.
struct ReplayTakeover<Model: ReplayableModel>: Sendable {
    let model: Model
    let session: ReplaySession

    /// Steps in a row that may leave too much to do.
    private static var attempts: Int { 400 }

    func run() async throws {
        session.state.note(phase: .catchingUp)
        for _ in 0..<Self.attempts {
            try Task.checkCancellation()
            // What was appended during one step is what the next has to do, so that they get shorter.
            let left = try await step()
            if left <= session.limits.underLock, try await takeOver() { return }
        }
        throw ReplayFailure.cannotCatchUp(session.name)
    }

    /// - Returns: how many events there are still, or a few more.
    private func step() async throws -> Int {
        try await session.writer.withTransaction("begin isolation level read committed") { transaction in
            try await advance(limit: session.limits.step, on: transaction)
        }
    }

    /// - Returns: false where there was too much to do.
    private func takeOver() async throws -> Bool {
        let clock = ContinuousClock()
        var held = clock.now
        let isDone = try await session.writer.withTransaction("begin isolation level read committed") { transaction in
            try await transaction.pipeline([
                // It must last, and a stalled process must not hold the head.
                PostgresQuery("set local synchronous_commit = on"),
                PostgresQuery("set local idle_in_transaction_session_timeout = '2s'"),
            ])
            try await transaction.query("select seq from log_head for update", timeout: ReplayLimits.patience)
            held = clock.now
            guard try await advance(limit: session.limits.underLock, on: transaction) == 0 else { return false }
            let results = try await transaction.pipeline(
                ReplayStatements.activate(session.name, version: session.version)
            )
            guard results[0].affectedRows == 1, results[1].affectedRows == 1 else {
                throw ReplayFailure.overtaken(session.name)
            }
            return true
        }
        guard isDone else { return false }
        let duration = clock.now - held
        session.state.noteHeld(duration)
        session.state.note(phase: .done)
        session.logger.notice(
            "replay: a new version is served",
            metadata: [
                "model": "\(session.name)", "version": "\(session.version)", "seq": "\(session.state.progress.seq)",
                "headHeldMilliseconds": "\((duration / .milliseconds(1)).rounded())",
            ]
        )
        return true
    }

    /// Folds the next events into the version, as the projector does into the one that is served.
    ///
    /// - Returns: how many events are left.
    private func advance(limit: Int, on transaction: PostgresConnection) async throws -> Int {
        let results = try await transaction.pipeline(
            [
                PostgresQuery(
                    "select seq, (select seq from log_head) from projections where name = $1 and version = $2 for update",
                    [session.name, Int32(session.version)]
                ),
                PostgresQuery(
                    """
                    select \(LoggedEvent.columns) from events
                    where seq > (select seq from projections where name = $1 and version = $2) order by seq limit \(limit)
                    """,
                    [session.name, Int32(session.version)]
                ),
            ],
            timeout: ReplayLimits.patience
        )
        guard let row = results[0].first else { throw ReplayFailure.overtaken(session.name) }
        let (checkpoint, head) = try (row.get(0, as: Int64.self), row.get(1, as: Int64.self))
        let events = try results[1].map { try LoggedEvent(row: $0) }
        guard let first = events.first, let last = events.last else { return Int(clamping: head - checkpoint) }
        guard first.seq == checkpoint + 1 else { throw ProjectionFailure.gap(after: checkpoint) }
        try await model.apply(events, version: session.version, on: transaction)
        try await session.moveCheckpoint(from: checkpoint, to: last.seq, on: transaction)
        session.state.note(seq: last.seq, head: max(head, last.seq))
        return Int(clamping: max(head, last.seq) - last.seq)
    }
}
