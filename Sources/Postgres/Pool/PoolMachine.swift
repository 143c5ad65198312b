import DequeModule

/// The connections of a pool and the callers that wait for them, as a pure state machine: it is told what happened, and
/// returns the actions to take.
struct PoolMachine {
    typealias ConnectionID = UInt64
    typealias WaiterID = UInt64

    enum Action: Equatable {
        case open(ConnectionID)
        case grant(WaiterID, ConnectionID)
        case refuse(WaiterID, PostgresError)
        case close(ConnectionID)
    }

    let maximum: Int
    private(set) var isShutDown = false
    /// The idle connections, the one used last at the end. It is lent first, so that the others stay idle and are
    /// checked.
    private var idle: [ConnectionID] = []
    private var leased: Set<ConnectionID> = []
    private var opening: Set<ConnectionID> = []
    private var waiters = Deque<WaiterID>()
    private var lastID: ConnectionID = 0

    init(maximum: Int) {
        self.maximum = max(1, maximum)
    }

    var connectionCount: Int { idle.count + leased.count + opening.count }
    var lentCount: Int { leased.count }
    var waiterCount: Int { waiters.count }
    var idleConnections: [ConnectionID] { idle }
    /// True when nothing of the pool is left after a shutdown.
    var isEmpty: Bool { connectionCount == 0 }

    mutating func acquire(_ waiter: WaiterID) -> [Action] {
        guard !isShutDown else { return [.refuse(waiter, PoolMachine.shutDownError)] }
        waiters.append(waiter)
        return serve()
    }

    /// Takes an idle connection, unless a caller waits for one.
    mutating func takeIdle() -> ConnectionID? {
        guard !isShutDown, waiters.isEmpty, let connection = idle.popLast() else { return nil }
        leased.insert(connection)
        return connection
    }

    /// The waiter's deadline passed or its task was cancelled. Does nothing when the waiter has been served.
    mutating func abandon(_ waiter: WaiterID, _ error: PostgresError) -> [Action] {
        guard let index = waiters.firstIndex(of: waiter) else { return [] }
        waiters.remove(at: index)
        return [.refuse(waiter, error)]
    }

    mutating func opened(_ connection: ConnectionID) -> [Action] {
        guard opening.remove(connection) != nil else { return [.close(connection)] }
        guard !isShutDown else { return [.close(connection)] }
        idle.append(connection)
        return serve()
    }

    /// An attempt failed. The waiter that has waited longest gets the error, and the next causes another attempt.
    mutating func openingFailed(_ connection: ConnectionID, _ error: PostgresError) -> [Action] {
        guard opening.remove(connection) != nil else { return [] }
        guard let waiter = waiters.popFirst() else { return [] }
        return [.refuse(waiter, error)] + serve()
    }

    /// - Parameter isReusable: false when the connection is broken, busy or inside a transaction.
    mutating func release(_ connection: ConnectionID, isReusable: Bool) -> [Action] {
        guard leased.remove(connection) != nil else { return [] }
        guard isReusable, !isShutDown else { return [.close(connection)] + serve() }
        idle.append(connection)
        return serve()
    }

    /// Lends an idle connection for its health check; false when it is idle no longer.
    mutating func borrowIdle(_ connection: ConnectionID) -> Bool {
        guard !isShutDown, let index = idle.firstIndex(of: connection) else { return false }
        idle.remove(at: index)
        leased.insert(connection)
        return true
    }

    /// An idle connection has broken. A lent connection is dropped when it comes back.
    mutating func lost(_ connection: ConnectionID) -> [Action] {
        guard let index = idle.firstIndex(of: connection) else { return [] }
        idle.remove(at: index)
        return [.close(connection)] + serve()
    }

    mutating func shutDown() -> [Action] {
        guard !isShutDown else { return [] }
        isShutDown = true
        defer {
            waiters = []
            idle = []
        }
        return waiters.map { .refuse($0, PoolMachine.shutDownError) } + idle.map { .close($0) }
    }

    private mutating func serve() -> [Action] {
        guard !isShutDown else { return [] }
        var actions: [Action] = []
        while !idle.isEmpty, let waiter = waiters.popFirst() {
            let connection = idle.removeLast()
            leased.insert(connection)
            actions.append(.grant(waiter, connection))
        }
        while opening.count < waiters.count, connectionCount < maximum {
            lastID += 1
            opening.insert(lastID)
            actions.append(.open(lastID))
        }
        return actions
    }

    private static let shutDownError = PostgresError(.closed, "the pool has been shut down")
}
