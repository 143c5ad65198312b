extension ConnectionMachine {
    enum Step: Equatable {
        case prepare(name: String, statement: Int)
        case executePrepared(name: String, statement: Int)
        case executeUnnamed(statement: Int)
    }

    enum Action: Equatable {
        /// Sends these steps and one Sync.
        case send(RequestID, [Step])
        /// Sends a unit for the second time, and drops the results of the first.
        case sendAgain(RequestID, [Step])
        case sendScript(RequestID)
        case succeed(RequestID)
        case fail(RequestID, PostgresError)
        /// Ends a COPY whose start was answered by `succeed`.
        case endCopy(RequestID, PostgresError?)
        /// Closes the socket; nothing follows.
        case disconnect
    }

    enum CopyDirection: Equatable {
        /// From the client.
        case `in`
        /// To the client.
        case out
    }

    /// One answer of libpq's `PQgetResult`.
    enum Reply: Equatable {
        case success
        case failure(PostgresError)
        /// The statement was not run because an earlier one of its unit failed.
        case skipped
        case synced
        /// The server is ready for a COPY's data.
        case copying(CopyDirection)
        /// The null pointer that ends a statement's results.
        case end
    }

    struct Received: Equatable {
        /// The request that wants the result that was just read.
        var keepFor: RequestID?
        var actions: [Action] = []
    }

    struct Request {
        enum Kind {
            case unit([StatementKey])
            case script
            case copy(CopyDirection)
            case lease
        }

        let id: RequestID
        let kind: Kind
        /// The error of the first attempt, for a unit that is sent again.
        var formerFailure: PostgresError?
    }

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
}
