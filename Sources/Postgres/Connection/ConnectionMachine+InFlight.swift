extension ConnectionMachine {
    /// A unit, script or COPY that was sent.
    struct InFlight {
        let id: RequestID
        var keys: [StatementKey] = []
        var steps: [Step] = []
        /// The step whose answer comes next; past the last one it is the Sync's.
        var next = 0
        /// The step has its answer and only its end is missing.
        var isAnswered = false
        var isAbandoned = false
        /// For a COPY, the way in which its data will go.
        var copy: CopyDirection?
        /// The COPY's data goes at present.
        var transferring: CopyDirection?
        /// The COPY has begun, so that its caller learns of its end by `endCopy`.
        var hasBegun = false
        var failure: PostgresError?
        /// The unit runs outside of a lease, so that the server has undone all of it where it fails.
        var isRepeatable = false
        /// The unit's first error is of a prepared statement that must be parsed anew.
        var isOutdated = false
        /// The error of the first attempt, for a unit that was sent again.
        var formerFailure: PostgresError?

        /// The error that the unit's caller gets. In a transaction that the caller opened by a statement of its own,
        /// the second attempt fails over the first one's error alone (25P02, in_failed_sql_transaction).
        var finalFailure: PostgresError? {
            failure?.sqlState == "25P02" ? formerFailure ?? failure : failure
        }

        /// The error with the statement at which it happened.
        func blame(_ error: PostgresError) -> PostgresError {
            guard next < steps.count else { return error }
            let statement =
                switch steps[next] {
                case .prepare(_, let statement), .executePrepared(_, let statement), .executeUnnamed(let statement):
                    statement
                }
            var error = error
            error.sql = keys[statement].sql
            error.statementIndex = statement
            return error
        }
    }

    /// The effect of an answer on the unit to which it belongs.
    enum UnitProgress {
        /// - Parameter keepsResult: the unit wants the result that was just read.
        case goesOn(keepsResult: Bool = false)
        /// The unit has all its answers.
        case ended
        /// The answer does not fit the unit.
        case outOfStep
    }
}

extension ConnectionMachine.InFlight {
    /// True while a step's answers are owed; false once only the Sync's is.
    private var hasStep: Bool { next < steps.count }

    /// Takes the next answer to a unit.
    ///
    /// - Parameter statements: learns which statements the server has prepared.
    mutating func received(
        _ reply: ConnectionMachine.Reply,
        _ statements: inout StatementCache
    ) -> ConnectionMachine.UnitProgress {
        switch reply {
        case .success:
            guard hasStep else { return .outOfStep }
            isAnswered = true
            guard case .prepare(let name, let statement) = steps[next] else {
                return .goesOn(keepsResult: !isAbandoned)
            }
            statements.markReady(keys[statement], name: name)
        case .failure(let error):
            // Also possible when only the Sync is left: an implicit transaction commits there.
            if failure == nil {
                failure = blame(error)
                isOutdated = hasStep && StatementCache.isOutdated(steps[next], error)
            }
            forgetStatement(after: error, &statements)
            isAnswered = true
        case .skipped:
            guard hasStep else { return .outOfStep }
            forgetStatement(after: nil, &statements)
            isAnswered = true
        case .end:
            guard isAnswered else { return .outOfStep }
            isAnswered = false
            if hasStep { next += 1 }
        case .synced: return next == steps.count ? .ended : .outOfStep
        case .copying: return .outOfStep
        }
        return .goesOn()
    }

    private func forgetStatement(after error: PostgresError?, _ statements: inout StatementCache) {
        if hasStep { statements.stepFailed(steps[next], keys: keys, error: error) }
    }
}
