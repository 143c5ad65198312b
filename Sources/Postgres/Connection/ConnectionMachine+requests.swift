extension ConnectionMachine {
    struct Request {
        enum Kind {
            case unit([StatementKey])
            case script
            case copy(CopyDirection)
            case lease
        }

        let id: RequestID
        let kind: Kind
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
