/// What a connection does with its requests, as a pure state machine: it is told what happened and answers what to do.
///
/// Requests are units of statements that share one Sync, scripts, copies, and leases. Units are sent at once, one behind
/// the other, and replies are matched in order. A script or a COPY (simple protocol) needs the wire for itself. A lease
/// gives one caller the connection until it is returned; the others queue meanwhile.
struct ConnectionMachine {
    typealias RequestID = UInt64

    enum Step: Equatable {
        case prepare(name: String, statement: Int)
        case executePrepared(name: String, statement: Int)
        case executeUnnamed(statement: Int)
    }

    enum Action: Equatable {
        /// Send these steps and one Sync.
        case send(RequestID, [Step])
        case sendScript(RequestID)
        case succeed(RequestID)
        case fail(RequestID, PostgresError)
        /// A COPY whose start was answered by `succeed` is over.
        case endCopy(RequestID, PostgresError?)
        /// Close the socket; nothing follows.
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
        /// The request that the result read just now belongs to, when it wants it.
        var keepFor: RequestID?
        var actions: [Action] = []
    }

    enum Phase: Equatable {
        case open
        case closing
        case closed(PostgresError)
    }

    /// Beyond this many different statements new ones are sent unnamed: a program that builds its SQL text must not fill
    /// the server's memory.
    static let statementLimit = 256

    var phase = Phase.open
    var lease: RequestID?
    var waiting: [Request] = []
    var waitingUnderLease: [Request] = []
    var inFlight = FIFO<InFlight>()
    var script: InFlight?
    var statements: [StatementKey: Statement] = [:]
    var statementCount = 0

    // MARK: What the shell asks

    var isOpen: Bool { phase == .open }
    var isRunningScript: Bool { script != nil }
    /// True while answers are owed; only then may libpq be asked for results.
    var expectsReplies: Bool { script.map { $0.transferring == nil } ?? !inFlight.isEmpty }
    /// True while anything that was sent has not ended.
    var isBusy: Bool { script != nil || !inFlight.isEmpty }
    /// The way in which a COPY's data goes at present.
    var transferring: CopyDirection? { script?.transferring }
    /// True when a request whose caller has left is still running.
    var hasAbandoned: Bool { script?.isAbandoned == true || inFlight.contains { $0.isAbandoned } }

    // MARK: What callers want

    /// - Parameter keys: one for each statement of the unit.
    mutating func submit(_ id: RequestID, keys: [StatementKey], lease: RequestID?) -> [Action] {
        accept(Request(id: id, kind: .unit(keys)), lease: lease)
    }

    mutating func submitScript(_ id: RequestID, lease: RequestID?) -> [Action] {
        accept(Request(id: id, kind: .script), lease: lease)
    }

    /// Asks for a COPY. `succeed` says that its data may go, `endCopy` that it is over.
    mutating func submitCopy(_ id: RequestID, _ direction: CopyDirection, lease: RequestID?) -> [Action] {
        accept(Request(id: id, kind: .copy(direction)), lease: lease)
    }

    /// All data of the COPY has gone; now the server says what has become of it.
    mutating func copyDataEnded() {
        script?.transferring = nil
    }

    /// Asks for the connection; granted by `succeed`.
    mutating func requestLease(_ id: RequestID) -> [Action] {
        accept(Request(id: id, kind: .lease), lease: nil)
    }

    mutating func returnLease(_ id: RequestID) -> [Action] {
        guard lease == id else { return [] }
        lease = nil
        let left = waitingUnderLease
        waitingUnderLease = []
        let error = PostgresError(.usage, "the transaction ended before this request was sent")
        return left.map { .fail($0.id, error) } + pump()
    }

    /// The caller has left. What was sent runs on and its answers are dropped.
    mutating func cancel(_ id: RequestID) -> [Action] {
        if remove(id) { return [.fail(id, PostgresError(.cancelled, "cancelled before it was sent"))] + pump() }
        guard abandon(id) else { return [] }
        return [.fail(id, PostgresError(.cancelled, "cancelled while running", outcomeUnknown: true))]
    }

    /// The caller's deadline has passed. What was sent cannot be called back without blocking, so its connection goes.
    mutating func expire(_ id: RequestID) -> [Action] {
        if remove(id) { return [.fail(id, PostgresError(.timeout, "timed out before it was sent"))] + pump() }
        guard abandon(id) else { return [] }
        let error = PostgresError(.timeout, "timed out while running; its connection was closed", outcomeUnknown: true)
        let loss = PostgresError(.connectionLost, "closed because another request on this connection timed out")
        return [.fail(id, error)] + lose(loss)
    }

    /// Takes no more requests, refuses those that wait, and disconnects when those in flight have ended.
    mutating func close() -> [Action] {
        guard phase == .open else { return [] }
        phase = .closing
        let refused = waitingUnderLease + waiting
        waiting = []
        waitingUnderLease = []
        let error = PostgresError(.closed, "the connection was closed before the request was sent")
        return refused.map { .fail($0.id, error) } + finishClosing()
    }
}
