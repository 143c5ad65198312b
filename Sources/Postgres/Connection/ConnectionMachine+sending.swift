extension ConnectionMachine {
    mutating func accept(_ request: Request, lease wanted: RequestID?) -> [Action] {
        switch phase {
        case .closed(let error): return [.fail(request.id, closedError(error))]
        case .closing: return [.fail(request.id, PostgresError(.closed, "the connection is closing"))]
        case .open: break
        }
        if let wanted {
            guard wanted == lease else {
                return [.fail(request.id, PostgresError(.usage, "the transaction has ended"))]
            }
            waitingUnderLease.append(request)
        } else {
            waiting.append(request)
        }
        return pump()
    }

    mutating func pump() -> [Action] {
        guard phase == .open else { return [] }
        var actions: [Action] = []
        while script == nil, let request = lease == nil ? waiting.first : waitingUnderLease.first {
            switch request.kind {
            case .unit(let keys):
                let steps = plan(keys)
                inFlight.append(InFlight(id: request.id, keys: keys, steps: steps))
                actions.append(.send(request.id, steps))
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
                waiting.removeFirst()
                lease = request.id
                actions.append(.succeed(request.id))
                continue
            }
            if lease == nil { waiting.removeFirst() } else { waitingUnderLease.removeFirst() }
        }
        return actions
    }

    mutating func plan(_ keys: [StatementKey]) -> [Step] {
        var steps: [Step] = []
        steps.reserveCapacity(keys.count)
        var own: [StatementKey: String] = [:]
        for (index, key) in keys.enumerated() {
            if let name = own[key] {
                steps.append(.executePrepared(name: name, statement: index))
            } else if let statement = statements[key] {
                // A name whose Parse belongs to another unit may never come to be: that unit may fail before it.
                steps.append(
                    statement.isReady
                        ? .executePrepared(name: statement.name, statement: index) : .executeUnnamed(statement: index)
                )
            } else if statements.count < ConnectionMachine.statementLimit {
                statementCount += 1
                let name = "s\(statementCount)"
                statements[key] = Statement(name: name, isReady: false)
                own[key] = name
                steps.append(.prepare(name: name, statement: index))
                steps.append(.executePrepared(name: name, statement: index))
            } else {
                steps.append(.executeUnnamed(statement: index))
            }
        }
        return steps
    }
}
