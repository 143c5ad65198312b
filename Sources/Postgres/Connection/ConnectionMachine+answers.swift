extension ConnectionMachine {
    /// The connection broke, or must be given up.
    mutating func lose(_ error: PostgresError) -> [Action] {
        if case .closed = phase { return [] }
        phase = .closed(error)
        lease = nil
        var actions: [Action] = []
        let sent = [script].compactMap { $0 } + inFlight.drain()
        script = nil
        for request in sent where !request.isAbandoned {
            var loss =
                request.failure.map { failure in
                    var failure = failure
                    // The statement's own error is known, but the Sync that would have ended the unit never came.
                    failure.outcomeUnknown = failure.kind != .server
                    return failure
                } ?? request.blame(error)
            if loss.kind == .connectionLost { loss.outcomeUnknown = true }
            actions.append(request.hasBegun ? .endCopy(request.id, loss) : .fail(request.id, loss))
        }
        let refused = waitingUnderLease + waiting
        waiting = []
        waitingUnderLease = []
        actions += refused.map { .fail($0.id, closedError(error)) }
        return actions + [.disconnect]
    }

    mutating func received(_ reply: Reply) -> Received {
        if script != nil { return receivedForScript(reply) }
        if case .copying = reply { return strayCopy() }
        guard var current = inFlight.popFirst() else { return outOfStep() }
        var received = Received()
        switch reply {
        case .success:
            guard current.next < current.steps.count else { return putBack(current, outOfStep: true) }
            if case .prepare(let name, let statement) = current.steps[current.next] {
                statements[current.keys[statement]] = Statement(name: name, isReady: true)
            } else if !current.isAbandoned {
                received.keepFor = current.id
            }
            current.isAnswered = true
        case .failure(let error):
            // Also possible when only the Sync is left: an implicit transaction commits there.
            if current.failure == nil { current.failure = current.blame(error) }
            forgetStatement(of: current, after: error)
            current.isAnswered = true
        case .skipped:
            guard current.next < current.steps.count else { return putBack(current, outOfStep: true) }
            forgetStatement(of: current, after: nil)
            current.isAnswered = true
        case .end:
            guard current.isAnswered else { return putBack(current, outOfStep: true) }
            current.isAnswered = false
            if current.next < current.steps.count { current.next += 1 }
        case .synced:
            guard current.next == current.steps.count else { return putBack(current, outOfStep: true) }
            if !current.isAbandoned {
                received.actions.append(current.failure.map { .fail(current.id, $0) } ?? .succeed(current.id))
            }
            received.actions += phase == .closing ? finishClosing() : pump()
            return received
        case .copying: return putBack(current, outOfStep: true)
        }
        inFlight.pushFirst(current)
        return received
    }

    mutating func receivedForScript(_ reply: Reply) -> Received {
        guard let current = script else { return outOfStep() }
        switch reply {
        case .success:
            if current.hasBegun { return Received(keepFor: current.id) }
            if current.copy != nil, current.failure == nil {
                script?.failure = PostgresError(.usage, "the statement is no COPY of that direction")
            }
            return Received()
        case .failure(let error):
            if current.failure == nil { script?.failure = error }
            return Received()
        case .copying(let direction):
            guard current.copy == direction, !current.hasBegun, !current.isAbandoned else { return strayCopy() }
            script?.transferring = direction
            script?.hasBegun = true
            return Received(actions: [.succeed(current.id)])
        case .skipped, .synced: return outOfStep()
        case .end:
            script = nil
            var received = Received()
            if current.hasBegun {
                received.actions.append(.endCopy(current.id, current.failure))
            } else if !current.isAbandoned {
                received.actions.append(current.failure.map { .fail(current.id, $0) } ?? .succeed(current.id))
            }
            received.actions += phase == .closing ? finishClosing() : pump()
            return received
        }
    }

    mutating func forgetStatement(of current: InFlight, after error: PostgresError?) {
        guard current.next < current.steps.count else { return }
        switch current.steps[current.next] {
        case .prepare(let name, let statement):
            if statements[current.keys[statement]]?.name == name { statements[current.keys[statement]] = nil }
        case .executePrepared(let name, let statement):
            // invalid_sql_statement_name (someone deallocated it), feature_not_supported (its result type changed with a
            // table): the next one of this text is parsed anew.
            guard error?.sqlState == "26000" || error?.sqlState == "0A000" else { return }
            if statements[current.keys[statement]]?.name == name { statements[current.keys[statement]] = nil }
        case .executeUnnamed: return
        }
    }

    mutating func putBack(_ current: InFlight, outOfStep: Bool) -> Received {
        inFlight.pushFirst(current)
        return self.outOfStep()
    }

    /// Answers that fit no request: nothing on this connection can be trusted any more.
    mutating func outOfStep() -> Received {
        Received(
            actions: lose(PostgresError(.connectionLost, "the server's answers are out of step with the requests"))
        )
    }

    /// A COPY that nobody asked for, or whose caller has left: its data would have to be sent or read by someone.
    mutating func strayCopy() -> Received {
        Received(
            actions: lose(PostgresError(.connectionLost, "COPY is not possible this way; the connection was closed"))
        )
    }

    mutating func finishClosing() -> [Action] {
        guard !isBusy else { return [] }
        phase = .closed(PostgresError(.closed, "closed by the program"))
        lease = nil
        return [.disconnect]
    }

    func closedError(_ cause: PostgresError) -> PostgresError {
        PostgresError(.closed, "the connection is closed (\(cause.message))", sqlState: cause.sqlState)
    }

    mutating func remove(_ id: RequestID) -> Bool {
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            waiting.remove(at: index)
            return true
        }
        if let index = waitingUnderLease.firstIndex(where: { $0.id == id }) {
            waitingUnderLease.remove(at: index)
            return true
        }
        return false
    }

    mutating func abandon(_ id: RequestID) -> Bool {
        if let script, script.id == id {
            // The caller of a COPY that has begun ends it by other means.
            guard !script.hasBegun else { return false }
            self.script?.isAbandoned = true
            return !script.isAbandoned
        }
        return inFlight.updateFirst(where: { $0.id == id && !$0.isAbandoned }, { $0.isAbandoned = true })
    }
}
