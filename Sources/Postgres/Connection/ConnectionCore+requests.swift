/// Requests as their callers see them: they give work, and wait for its end.
extension ConnectionCore {
    /// The work of a request.
    enum Work: Sendable {
        case unit(EncodedUnit)
        case script(String)
        case copy(String, ConnectionMachine.CopyDirection)
        case lease

        /// True for work of the simple protocol, which is sent behind nothing else.
        var needsTheWire: Bool {
            switch self {
            case .script, .copy: true
            case .unit, .lease: false
            }
        }
    }

    /// Runs one unit, script, COPY or lease request to its end.
    ///
    /// - Parameters:
    ///   - timeout: nil for the connection's own limit.
    ///   - isCancellable: false for a rollback, which must run in a cancelled task too.
    ///   - requested: the request's id; nil for a new one.
    func run(
        _ work: Work,
        lease wanted: RequestID?,
        timeout: Duration?,
        isCancellable: Bool = true,
        id requested: RequestID? = nil
    ) async -> Outcome {
        if isCancellable, Task.isCancelled {
            return .failure(PostgresError(.cancelled, "the task was cancelled before the request was sent"))
        }
        if wanted == nil, let held = HeldLease.current, held.core == ObjectIdentifier(self), held.id == grantedLease {
            return .failure(
                PostgresError(.usage, "inside a transaction use the connection that the transaction's body is given")
            )
        }
        if let wanted, let lease = currentLease(wanted) {
            if let failure = lease.failure { return .failure(failure) }
            // BEGIN goes on its own: in one script with it, a syntax error would keep BEGIN from being run.
            if work.needsTheWire, !lease.wasUsed {
                let begun = await run(
                    .unit(EncodedUnit()),
                    lease: wanted,
                    timeout: timeout,
                    isCancellable: isCancellable
                )
                if case .failure = begun { return begun }
            }
        }
        let id = requested ?? nextID()
        guard isCancellable else {
            return await withCheckedContinuation { start(id, work, lease: wanted, timeout: timeout, $0) }
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { start(id, work, lease: wanted, timeout: timeout, $0) }
        } onCancel: {
            // Runs after `start`, which belongs to a job of this executor that is under way.
            Task { await self.cancel(id) }
        }
    }
}
