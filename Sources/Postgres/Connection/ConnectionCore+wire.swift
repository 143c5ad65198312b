import CLibPQ
import Primitives
import Synchronization

/// Acting on what the machine says, and telling it what the wire says.
extension ConnectionCore {
    func perform(_ actions: [ConnectionMachine.Action]) {
        for action in actions {
            switch action {
            case .send(let id, let steps): send(id, steps)
            case .sendScript(let id): sendScript(id)
            case .succeed(let id): finish(id, nil)
            case .fail(let id, let error): finish(id, error)
            case .endCopy(let id, let error): endCopy(id, error)
            case .disconnect: disconnect()
            }
        }
        if mustTurn { turn() }
    }

    func finish(_ id: RequestID, _ error: PostgresError?) {
        guard let request = pending.removeValue(forKey: id) else { return }
        if let timer = request.timer { executor.loop.cancel(timer) }
        let hidden = request.unit?.hidden ?? 0
        guard var error else {
            let results = hidden > 0 ? Array(request.results.dropFirst(hidden)) : request.results
            return request.continuation.resume(returning: .success(results))
        }
        if let index = error.statementIndex {
            error.statementIndex = index >= hidden ? index - hidden : nil
            if index < hidden { leased?.failure = error }
        }
        if error.sql == nil { error.sql = request.script ?? request.unit?.keys.dropFirst(hidden).first?.sql }
        request.continuation.resume(returning: .failure(error))
    }

    func send(_ id: RequestID, _ steps: [ConnectionMachine.Step]) {
        guard let connection, let unit = pending[id]?.unit else { return }
        mustTurn = true
        guard unit.send(steps, on: connection) else {
            return perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
        }
        // libpq holds its own copy now; the buffer may be large.
        pending[id]?.unit?.buffer = []
    }

    func sendScript(_ id: RequestID) {
        guard let connection, let script = pending[id]?.script else { return }
        if let direction = machine.script?.copy { copies[id] = CopyTransfer(direction: direction, sql: script) }
        mustTurn = true
        guard PQexitPipelineMode(connection) == 1, PQsendQuery(connection, script) == 1 else {
            return perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
        }
    }

    /// Called by the loop.
    func socketReady() {
        if connecting != nil { return pollConnecting() }
        guard let connection else { return }
        let alive = PQconsumeInput(connection) == 1
        turn()
        // Last: what the server said before it hung up has been read above.
        guard !alive, let connection = self.connection else { return }
        perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
    }

    /// Sends what libpq holds and takes the answers that it has, until both come to rest. Answers are looked for after
    /// every send, since libpq reads on its own while the socket takes no more.
    func turn() {
        guard !isTurning else { return }
        isTurning = true
        defer { isTurning = false }
        repeat {
            mustTurn = false
            flush()
            takeCopyData()
            takeReplies()
            takeNotifications()
            wakeCopiers()
        } while mustTurn && connection != nil
    }

    /// After the replies: libpq reads no further while one of those waits to be taken.
    func takeNotifications() {
        guard let connection else { return }
        var hasNotified = false
        while let notification = PQnotifies(connection) {
            PQfreemem(notification)
            hasNotified = true
        }
        if hasNotified { onNotification?() }
    }

    func flush() {
        guard let connection else { return }
        switch PQflush(connection) {
        case 0: watchForWrite(false)
        case 1: watchForWrite(true)
        default: perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
        }
    }

    func watchForWrite(_ wanted: Bool) {
        guard wanted != wantsWrite, let registration else { return }
        wantsWrite = wanted
        do {
            let events: Epoll.Events = wanted ? [.readable, .writable] : .readable
            try executor.loop.rewatch(descriptor, for: events, registration: registration)
        } catch {
            perform(machine.lose(PostgresError(.connectionLost, "the socket cannot be watched: \(error)")))
        }
    }

    func takeReplies() {
        while machine.expectsReplies, let connection, PQisBusy(connection) == 0 {
            let result = PQgetResult(connection)
            let reply = ConnectionMachine.Reply(result)
            let wasScript = machine.isRunningScript
            let received = machine.received(reply)
            if let result {
                if let id = received.keepFor, pending[id] != nil {
                    pending[id]?.results.append(PostgresResult(storage: ResultStorage(taking: result)))
                } else {
                    if let id = received.keepFor { copies[id]?.setRows(result) }
                    PQclear(result)
                }
            }
            if wasScript, reply == .end, PQenterPipelineMode(connection) != 1 {
                return perform(received.actions + machine.lose(PostgresError(.connectionLost, connection: connection)))
            }
            // Its first rows may have come along and lie in libpq's buffer, of which the socket says nothing.
            if case .copying = reply { mustTurn = true }
            perform(received.actions)
            if case .failure(let error) = reply, error.kind == .connectionLost { return perform(machine.lose(error)) }
        }
    }
}
