import CLibPQ

/// A COPY under way, as the shell keeps it: what has been read and not yet taken, and who waits.
struct CopyTransfer {
    let direction: ConnectionMachine.CopyDirection
    let sql: String
    /// Of a COPY to the client: whole rows that nobody has taken yet.
    var chunk: [UInt8] = []
    /// Nothing more is read from the socket until some of it is taken.
    var isPaused = false
    /// What the server said at the end: nil while the COPY goes on.
    var outcome: Result<Int, PostgresError>?
    var rows = 0
    var waiter: CheckedContinuation<Void, Never>?
    /// The task that waited was cancelled, or its time was up.
    var interruption: PostgresError?

    /// Beyond so many bytes that nobody takes, the socket is left alone: the server then waits.
    static let highWater = 1 << 20

    init(direction: ConnectionMachine.CopyDirection, sql: String) {
        self.direction = direction
        self.sql = sql
    }

    mutating func setRows(_ result: OpaquePointer) {
        rows = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }
}
