import Foundation
import Logging
import OrderLog
import Postgres

/// Follows the log in small steps until the head is near enough, and makes the new version the served one under the
/// head lock.
struct ReplayTakeover<Model: ReplayableModel>: Sendable {
    let model: Model
    let session: ReplaySession

    /// The number of steps after which the replay gives up, because too many events are left each time.
    private static var stepLimit: Int { 400 }

    func run() async throws {
        session.meter.update(phase: .catchingUp)
        for _ in 0..<Self.stepLimit {
            try Task.checkCancellation()
            // Each step has the events that were appended during the step before, so that steps get shorter.
            let step = try await foldStep()
            // After a step that ended at its size, what is left may be large as well.
            if step.left <= session.limits.underLock, !step.isCut, try await takeOverUnlessLocked() { return }
        }
        throw ReplayFailure.cannotCatchUp(session.name)
    }

    /// The outcome of a step: the number of events that are left, or a few more, and whether the step ended because its
    /// events had reached their size.
    private typealias Step = (left: Int, isCut: Bool)

    private func foldStep() async throws -> Step {
        try await session.writer.withTransaction("begin isolation level read committed") { transaction in
            try await advance(limit: session.limits.step, byteLimit: session.limits.stepBytes, on: transaction)
        }
    }

    /// Takes over, or waits a moment where another session holds a lock that the takeover needs.
    ///
    /// - Returns: false where the takeover is to be tried again.
    private func takeOverUnlessLocked() async throws -> Bool {
        do {
            return try await takeOver()
        } catch let error as PostgresError where error.sqlState == "55P03" {
            // Commands, the heartbeat and whoever cancels the replay have their turn meanwhile.
            try await Task.sleep(for: .milliseconds(Int.random(in: 200...400)))
            return false
        }
    }

    /// - Returns: false where too many events were left.
    private func takeOver() async throws -> Bool {
        let clock = ContinuousClock()
        var locked = clock.now
        let isDone = try await session.writer.withTransaction("begin isolation level read committed") { transaction in
            try await transaction.pipeline([
                // The takeover must survive a crash, and a stalled process must not keep the head locked.
                PostgresQuery("set local synchronous_commit = on"),
                LogConnection.limitHold,
            ])
            try await transaction.query("select seq from log_head where one for update", timeout: ReplayLimits.timeout)
            locked = clock.now
            // No command is taken while the head is locked, so the takeover waits for no other lock for long.
            try await transaction.query("set local lock_timeout = '\(ReplayLimits.lockTimeout)'")
            let (limit, byteLimit) = (session.limits.underLock, session.limits.underLockBytes)
            let step = try await advance(limit: limit, byteLimit: byteLimit, on: transaction)
            guard step.left == 0 else { return false }
            let results = try await transaction.pipeline(
                ReplayStatements.activate(session.name, version: session.version)
            )
            guard results[0].affectedRows == 1, results[1].affectedRows == 1 else {
                throw ReplayFailure.overtaken(session.name)
            }
            return true
        }
        guard isDone else { return false }
        let duration = clock.now - locked
        session.meter.update(headLockTime: duration)
        session.meter.update(phase: .done)
        session.logger.notice(
            "a replayed version is served now",
            metadata: [
                "model": "\(session.name)", "version": "\(session.version)", "seq": "\(session.meter.progress.seq)",
                "headHeldMilliseconds": "\((duration / .milliseconds(1)).rounded())",
            ]
        )
        return true
    }

    /// Folds the next events into the version, as the projector does for the served one.
    private func advance(limit: Int, byteLimit: Int, on transaction: PostgresConnection) async throws -> Step {
        let results = try await transaction.pipeline(
            [
                PostgresQuery(
                    """
                    select seq, \(LogHead.seqSQL) as head from projections
                    where name = $1 and version = $2 for update
                    """,
                    [session.name, Int32(session.version)]
                ),
                PostgresQuery(
                    LoggedEvent.page(
                        of: """
                            select * from events
                            where seq > (select seq from projections where name = $1 and version = $2)
                            order by seq limit \(limit)
                            """,
                        byteLimit: byteLimit
                    ),
                    [session.name, Int32(session.version)]
                ),
            ],
            timeout: ReplayLimits.timeout
        )
        guard let row = results[0].first else { throw ReplayFailure.overtaken(session.name) }
        let (checkpoint, head) = try (row.get("seq", as: Int64.self), row.get("head", as: Int64.self))
        let (events, isCut) = try LoggedEvent.decodePage(results[1])
        guard let first = events.first, let last = events.last else { return (Int(clamping: head - checkpoint), false) }
        guard first.seq == checkpoint + 1 else { throw ProjectionFailure.gap(after: checkpoint) }
        try await model.apply(events, version: session.version, on: transaction)
        try await session.moveCheckpoint(from: checkpoint, to: last.seq, on: transaction)
        session.meter.update(seq: last.seq, head: max(head, last.seq))
        return (Int(clamping: max(head, last.seq) - last.seq), isCut)
    }
}
