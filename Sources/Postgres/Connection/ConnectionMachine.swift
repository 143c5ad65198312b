import DequeModule

/// The requests of one connection, as a pure state machine: it is told what happened, and returns the actions to take.
///
/// Requests are units of statements that share one Sync, scripts, copies, and leases. Units are sent at once, one
/// behind the other, and replies are matched in order. A script or a COPY (simple protocol) needs the wire for itself.
/// A lease gives one caller the connection until it is returned; the others queue meanwhile.
///
/// A unit outside of a lease whose prepared statement is outdated, such as after a change of a column's type, is sent
/// again, once.
struct ConnectionMachine {
    typealias RequestID = UInt64

    private enum Phase: Equatable {
        case open
        case closing
        case closed(PostgresError)
    }

    private var phase = Phase.open
    private var waiting = WaitingRequests()
    private var inFlight: Deque<InFlight> = []
    /// The script or COPY that has the wire.
    private var script: InFlight?
    private var statements = StatementCache()

    // MARK: State

    var isOpen: Bool { phase == .open }
    /// The lease that is granted at present.
    var lease: RequestID? { waiting.lease }
    var isRunningScript: Bool { script != nil }
    /// True while answers are owed; only then may libpq be asked for results.
    var expectsReplies: Bool { script.map { $0.transferring == nil } ?? !inFlight.isEmpty }
    /// True until all that was sent has ended.
    var isBusy: Bool { script != nil || !inFlight.isEmpty }
    /// True while the script on the wire is a COPY.
    var isRunningCopy: Bool { script?.copy != nil }
    /// True when a request whose caller has left is still running.
    var hasAbandoned: Bool { script?.isAbandoned == true || inFlight.contains { $0.isAbandoned } }

    /// The COPY whose data goes at present, and its direction.
    var transfer: (id: RequestID, direction: CopyDirection)? {
        guard let script, let direction = script.transferring else { return nil }
        return (script.id, direction)
    }

    // MARK: Requests

    /// - Parameter keys: one for each statement of the unit.
    mutating func submit(_ id: RequestID, keys: [StatementKey], lease: RequestID?) -> [Action] {
        accept(Request(id: id, kind: .unit(keys)), lease: lease)
    }

    mutating func submitScript(_ id: RequestID, lease: RequestID?) -> [Action] {
        accept(Request(id: id, kind: .script), lease: lease)
    }

    /// Asks for a COPY. `succeed` lets its data go, `endCopy` ends it.
    mutating func submitCopy(_ id: RequestID, _ direction: CopyDirection, lease: RequestID?) -> [Action] {
        accept(Request(id: id, kind: .copy(direction)), lease: lease)
    }

    /// All data of the COPY has gone; the server's answer follows.
    mutating func copyDataEnded() {
        script?.transferring = nil
    }

    /// Asks for the connection; granted by `succeed`.
    mutating func requestLease(_ id: RequestID) -> [Action] {
        accept(Request(id: id, kind: .lease), lease: nil)
    }

    mutating func returnLease(_ id: RequestID) -> [Action] {
        guard lease == id else { return [] }
        let error = PostgresError(.usage, "the transaction ended before this request was sent")
        return waiting.endLease().map { .fail($0.id, error) } + pump()
    }

    /// The caller has left. A request that was sent runs on, and its answers are dropped.
    mutating func cancel(_ id: RequestID) -> [Action] {
        if waiting.remove(id) {
            return [.fail(id, PostgresError(.cancelled, "the task was cancelled before the request was sent"))] + pump()
        }
        guard abandon(id) else { return [] }
        return [
            .fail(
                id,
                PostgresError(.cancelled, "the task was cancelled while the request was running", outcomeUnknown: true)
            )
        ]
    }

    /// The caller's deadline has passed. A request that was sent cannot be taken back without blocking, so the
    /// connection is given up.
    mutating func expire(_ id: RequestID) -> [Action] {
        if waiting.remove(id) {
            return [.fail(id, PostgresError(.timeout, "the request timed out before it was sent"))] + pump()
        }
        guard abandon(id) else { return [] }
        let error = PostgresError(
            .timeout,
            "the request timed out while it was running; its connection was closed",
            outcomeUnknown: true
        )
        let loss = PostgresError(.connectionLost, "closed because another request on this connection timed out")
        return [.fail(id, error)] + lose(loss)
    }

    /// Takes no more requests, refuses those that wait, and disconnects when those in flight have ended.
    mutating func close() -> [Action] {
        guard phase == .open else { return [] }
        phase = .closing
        let error = PostgresError(.closed, "the connection was closed before the request was sent")
        return waiting.removeAll().map { .fail($0.id, error) } + finishClosing()
    }

    // MARK: Sending

    private mutating func accept(_ request: Request, lease wanted: RequestID?) -> [Action] {
        switch phase {
        case .closed(let error): return [.fail(request.id, closedError(error))]
        case .closing: return [.fail(request.id, PostgresError(.closed, "the connection is closing"))]
        case .open: break
        }
        guard wanted == nil || wanted == lease else {
            return [.fail(request.id, PostgresError(.usage, "the transaction has ended"))]
        }
        waiting.append(request, underLease: wanted != nil)
        return pump()
    }

    private mutating func pump() -> [Action] {
        guard phase == .open else { return [] }
        var actions: [Action] = []
        while script == nil, let request = waiting.first {
            switch request.kind {
            case .unit(let keys):
                let steps = statements.plan(keys)
                var unit = InFlight(id: request.id, keys: keys, steps: steps)
                unit.isRepeatable = lease == nil && request.formerFailure == nil
                unit.formerFailure = request.formerFailure
                inFlight.append(unit)
                actions.append(
                    request.formerFailure == nil ? .send(request.id, steps) : .sendAgain(request.id, steps)
                )
            case .script:
                guard inFlight.isEmpty else { return actions }
                script = InFlight(id: request.id)
                actions.append(.sendScript(request.id))
            case .copy(let direction):
                guard inFlight.isEmpty else { return actions }
                var copy = InFlight(id: request.id)
                copy.copy = direction
                script = copy
                actions.append(.sendScript(request.id))
            case .lease:
                waiting.grantLease(request.id)
                actions.append(.succeed(request.id))
                continue
            }
            waiting.removeFirst()
        }
        return actions
    }

    // MARK: Answers

    /// The connection broke, or must be given up.
    mutating func lose(_ error: PostgresError) -> [Action] {
        if case .closed = phase { return [] }
        phase = .closed(error)
        var actions: [Action] = []
        let sent = [script].compactMap { $0 } + inFlight
        script = nil
        inFlight = []
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
        actions += waiting.removeAll().map { .fail($0.id, closedError(error)) }
        waiting.endLease()
        return actions + [.disconnect]
    }

    mutating func received(_ reply: Reply) -> Received {
        if script != nil { return receivedForScript(reply) }
        if case .copying = reply { return strayCopy() }
        guard var current = inFlight.popFirst() else { return outOfStep() }
        switch current.received(reply, &statements) {
        case .goesOn(let keepsResult):
            inFlight.prepend(current)
            return Received(keepFor: keepsResult ? current.id : nil)
        case .outOfStep:
            inFlight.prepend(current)
            return outOfStep()
        case .ended: return ended(current)
        }
    }

    /// Lets a unit's caller have its outcome, or sends the unit again.
    private mutating func ended(_ unit: InFlight) -> Received {
        var received = Received()
        if unit.isOutdated, unit.isRepeatable, !unit.isAbandoned, phase == .open {
            // A lease that was granted meanwhile goes first: the unit must not run within its transaction.
            waiting.prepend(Request(id: unit.id, kind: .unit(unit.keys), formerFailure: unit.failure))
        } else if !unit.isAbandoned {
            received.actions.append(unit.finalFailure.map { .fail(unit.id, $0) } ?? .succeed(unit.id))
        }
        received.actions += phase == .closing ? finishClosing() : pump()
        return received
    }

    private mutating func receivedForScript(_ reply: Reply) -> Received {
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

    /// Gives the connection up over answers that fit no request.
    private mutating func outOfStep() -> Received {
        Received(
            actions: lose(PostgresError(.connectionLost, "the server's answers are out of step with the requests"))
        )
    }

    /// Gives the connection up over a COPY that no caller can serve.
    private mutating func strayCopy() -> Received {
        Received(
            actions: lose(
                PostgresError(
                    .connectionLost,
                    "the statement began a COPY, which needs withCopyIn or withCopyOut; the connection was closed"
                )
            )
        )
    }

    private mutating func finishClosing() -> [Action] {
        guard !isBusy else { return [] }
        phase = .closed(PostgresError(.closed, "closed by the program"))
        waiting.endLease()
        return [.disconnect]
    }

    private func closedError(_ cause: PostgresError) -> PostgresError {
        PostgresError(.closed, "the connection is closed (\(cause.message))", sqlState: cause.sqlState)
    }

    private mutating func abandon(_ id: RequestID) -> Bool {
        if let script, script.id == id {
            // The caller of a COPY that has begun ends it by other means.
            guard !script.hasBegun else { return false }
            self.script?.isAbandoned = true
            return !script.isAbandoned
        }
        guard let index = inFlight.firstIndex(where: { $0.id == id && !$0.isAbandoned }) else { return false }
        inFlight[index].isAbandoned = true
        return true
    }
}
