/// A caller's hold on the connection, and the BEGIN that goes out with the caller's first statement.
struct TransactionLease {
    let id: ConnectionMachine.RequestID
    /// Nil once it has been sent.
    private var begin: String?
    /// The error of BEGIN. Nothing may run under the lease then: it would run outside of any transaction.
    private(set) var failure: PostgresError?

    init(id: ConnectionMachine.RequestID, begin: String) {
        self.id = id
        self.begin = begin
    }

    /// True when a statement has been sent under the lease.
    var wasUsed: Bool { begin == nil }

    /// Takes the BEGIN, to send it; nil once that was done.
    mutating func takeBegin() -> String? { begin.take() }

    mutating func beginFailed(_ error: PostgresError) { failure = error }
}
