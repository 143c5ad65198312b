/// The state of a pool under its lock: the machine, with the connections and the waiting callers that the machine knows
/// by their ids.
struct PoolState {
    typealias ConnectionID = PoolMachine.ConnectionID
    typealias WaiterID = PoolMachine.WaiterID
    typealias Granted = Result<(ConnectionID, PostgresConnection), PostgresError>

    struct Waiter {
        let continuation: CheckedContinuation<Granted, Never>
        let deadline: ContinuousClock.Instant
    }

    /// A step to take outside of the lock.
    enum Effect {
        case open(ConnectionID)
        case resume(CheckedContinuation<Granted, Never>, Granted)
        case close(PostgresConnection)
        case emptied(CheckedContinuation<Void, Never>)
    }

    var machine: PoolMachine
    var connections: [ConnectionID: PostgresConnection] = [:]
    var waiters: [WaiterID: Waiter] = [:]
    var lastWaiter: WaiterID = 0
    /// The time at which a connection last came back in order; nil before the first.
    var lastAnswer: ContinuousClock.Instant?
    var lateReads = LateReads()
    /// True while a task looks after the waiters' deadlines.
    var isWatched = false
    /// The task that waits for the end of a shutdown.
    var emptied: CheckedContinuation<Void, Never>?

    /// Turns the machine's actions into effects, and forgets what they end.
    mutating func effects(of actions: [PoolMachine.Action]) -> [Effect] {
        var effects: [Effect] = []
        for action in actions {
            switch action {
            case .open(let id): effects.append(.open(id))
            case .grant(let waiter, let id):
                guard let found = waiters.removeValue(forKey: waiter), let connection = connections[id]
                else { continue }
                effects.append(.resume(found.continuation, .success((id, connection))))
            case .refuse(let waiter, let error):
                guard let found = waiters.removeValue(forKey: waiter) else { continue }
                effects.append(.resume(found.continuation, .failure(error)))
            case .close(let id):
                if let connection = connections.removeValue(forKey: id) { effects.append(.close(connection)) }
            }
        }
        if machine.isShutDown, machine.isEmpty, let waiting = emptied.take() { effects.append(.emptied(waiting)) }
        return effects
    }
}
