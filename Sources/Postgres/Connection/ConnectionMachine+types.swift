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
}
