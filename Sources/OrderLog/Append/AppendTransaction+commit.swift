import Orders
import Postgres

/// The end of a transaction.
extension AppendTransaction {
    /// Gives the batch up: nothing of it is written.
    func rollBack() async throws(PostgresError) {
        _ = try await connection.query("rollback", timeout: LogConnection.appendTimeout)
    }

    /// A committed batch.
    struct Commit {
        /// The place of the head's row after the commit; nil where that is unknown.
        let headPlace: HeadPlace?
        /// The database's time when it locked the head, in microseconds since 1970; nil where that was told before.
        var databaseTime: Int64?
    }

    /// The batch was decided before the head was locked.
    var isAssumed: Bool { assumed != nil }

    /// True for the error by which the server refuses an assumed batch: the head has moved or is locked, or a command
    /// or an order is there that was taken for new. Nothing was written, and the session's transaction waits for its
    /// ROLLBACK.
    func isRefuted(by error: any Error) -> Bool {
        isAssumed && (error as? PostgresError)?.sqlState == Self.divisionByZero
    }

    /// PostgreSQL, appendix A.
    private static let divisionByZero = "22012"

    /// Writes the batch and commits; a batch that accepted nothing new is rolled back.
    func commit() async throws(PostgresError) -> Commit {
        guard !plan.isEmpty else {
            try await rollBack()
            return Commit(headPlace: headPlace)
        }
        let after = headAfter
        var statements = assumed?.requirements(at: headPlace, isBehind: isBehind, moving: after) ?? []
        if !plan.events.isEmpty {
            statements.append(AppendStatements.insertEvents(plan.events))
            statements.append(CurrentStateTable.upsert(states, version: .active))
        }
        if !plan.trackingNumbers.isEmpty {
            statements.append(TrackingNumberTable.insert(plan.trackingNumbers))
        }
        statements.append(AppendStatements.insertCommands(plan.commands, recordedAt: after.recordedAt))
        let headIndex = isAssumed ? AssumedPlan.headIndex : statements.count
        if !isAssumed {
            statements.append(AppendStatements.moveHead(to: after.seq, recordedAt: after.recordedAt, at: headPlace))
        }
        if let last = plan.events.last {
            statements.append(AppendStatements.notify(head: epochs.position(of: last.seq)))
        }
        statements.append(PostgresQuery("commit"))
        let results = try await connection.pipeline(
            statements,
            // The server ends the batch before this one first.
            timeout: LogConnection.appendTimeout * (isBehind ? 2 : 1)
        )
        // The batch is committed: what cannot be read must not make it seem failed.
        let head = results[headIndex]
        return Commit(
            headPlace: try? HeadPlace(head),
            databaseTime: isAssumed ? try? head.first?.get("now", as: PostgresTimestamp.self).unixMicroseconds : nil
        )
    }
}
