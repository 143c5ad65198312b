/// COPY as its callers see it: they read or write its data, and wait.
extension ConnectionCore {
    /// - Returns: the COPY's id, once the server is ready for its data.
    func beginCopy(
        _ sql: String,
        _ direction: ConnectionMachine.CopyDirection,
        lease: RequestID?,
        timeout: Duration?
    ) async throws(PostgresError) -> RequestID {
        let id = nextID()
        switch await run(.copy(sql, direction), lease: lease, timeout: timeout, id: id) {
        case .success: return id
        case .failure(let error):
            copies.remove(id)
            throw error
        }
    }

    /// The next rows of a COPY to the client, nil at the end.
    func nextCopyChunk(_ id: RequestID, timeout: Duration?) async throws(PostgresError) -> [UInt8]? {
        while true {
            guard copies.contains(id) else { throw PostgresError(.usage, "the COPY has ended") }
            if let chunk = copies.takeChunk(of: id) {
                if copies.endPause(id) { resumeReading() }
                return chunk
            }
            if let outcome = copies.outcome(of: id) {
                _ = try outcome.get()
                return nil
            }
            try await wait(id, timeout: timeout)
        }
    }

    private func resumeReading() {
        guard socket.isOpen else { return }
        do throws(PostgresError) {
            try socket.resume()
            turn()
        } catch {
            lose(error)
        }
    }

    /// Sends bytes of a COPY from the client, and returns when the kernel has them: what the server does not take stays
    /// with the caller.
    func putCopyData(_ id: RequestID, _ bytes: [UInt8], timeout: Duration?) async throws(PostgresError) {
        var start = 0
        while start < bytes.count {
            if let error = copies.failure(of: id) { throw error }
            guard socket.isOpen, isTransferring(.in, id) else { throw PostgresError(.usage, "the COPY has ended") }
            let end = min(start + CopyTransfers.highWaterBytes, bytes.count)
            do throws(PostgresError) {
                try socket.sendCopyData(bytes, in: start..<end)
            } catch {
                lose(error)
                continue
            }
            start = end
            turn()
            while socket.hasUnsentBytes, copies.outcome(of: id) == nil { try await wait(id, timeout: timeout) }
        }
        if let error = copies.failure(of: id) { throw error }
    }

    /// True while the data of this COPY goes in this direction.
    private func isTransferring(_ direction: ConnectionMachine.CopyDirection, _ id: RequestID) -> Bool {
        guard let transfer else { return false }
        return transfer == (id, direction)
    }

    /// Ends a COPY from the client.
    ///
    /// - Parameter reason: not nil to have the server drop what it has got.
    /// - Returns: the count of rows that the server took.
    func finishCopyIn(_ id: RequestID, reason: String?, timeout: Duration?) async throws(PostgresError) -> Int {
        defer { copies.remove(id) }
        if isTransferring(.in, id), socket.isOpen {
            do throws(PostgresError) {
                try socket.endCopyData(failure: reason)
                copyDataEnded()
            } catch {
                lose(error)
            }
        }
        // A cancelled task, too, has to wait for the end of its COPY, but no longer than the timeout.
        while copies.outcome(of: id) == nil, copies.contains(id) {
            do {
                try await wait(id, timeout: timeout, isCancellable: false)
            } catch {
                abort(error.message)
            }
        }
        guard let outcome = copies.outcome(of: id) else { throw PostgresError(.closed, "the connection broke") }
        return try outcome.get()
    }

    /// Ends the reading of a COPY to the client. A COPY that was not read to its end costs the connection: the server
    /// could not be told to stop without blocking.
    func finishCopyOut(_ id: RequestID) {
        if copies.outcome(of: id) == nil { abort("a COPY was not read to its end") }
        copies.remove(id)
    }

    /// Waits for a change of the COPY.
    ///
    /// - Throws: `timeout`, `cancelled`.
    private func wait(
        _ id: RequestID,
        timeout: Duration?,
        isCancellable: Bool = true
    ) async throws(PostgresError) {
        if isCancellable, Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled during a COPY") }
        let timer = (timeout ?? requestTimeout).map { timeout in
            executor.loop.schedule(after: timeout) { [weak self] in
                self?.assumeIsolated { core in
                    core.copies.interrupt(id, PostgresError(.timeout, "a COPY made no progress for \(timeout)"))
                }
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { copies.setWaiter($0, of: id) }
        } onCancel: {
            guard isCancellable else { return }
            Task { await self.interruptCopy(id) }
        }
        if let timer { executor.loop.cancel(timer) }
        guard let interruption = copies.takeInterruption(of: id) else { return }
        if isCancellable || interruption.kind != .cancelled { throw interruption }
    }

    private func interruptCopy(_ id: RequestID) {
        copies.interrupt(id, PostgresError(.cancelled, "the task was cancelled during a COPY"))
    }
}
