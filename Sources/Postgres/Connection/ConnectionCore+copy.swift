import CLibPQ
import Primitives

/// COPY: the wire's side of it, and the waiting of those who read or write its data.
extension ConnectionCore {
    // MARK: On the wire

    /// Takes what libpq has of a COPY to the client, row by row, up to the high-water mark.
    func takeCopyData() {
        guard machine.transferring == .out, let id = machine.script?.id, let connection else { return }
        guard var chunk = copies[id]?.chunk else { return }
        // Not to be copied at its first change.
        copies[id]?.chunk = []
        defer { copies[id]?.chunk = chunk }
        if chunk.isEmpty { chunk.reserveCapacity(CopyTransfer.highWater / 4) }
        while true {
            if chunk.count >= CopyTransfer.highWater { return pause(id) }
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(connection, &row, 1)
            if let row {
                chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
            }
            switch length {
            case 1...: continue
            case 0: return
            case -1: return machine.copyDataEnded()
            default: return perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
            }
        }
    }

    /// Not by watching for nothing: the server's hanging up is reported to those who watch, again and again.
    private func pause(_ id: RequestID) {
        copies[id]?.isPaused = true
        if let registration { executor.loop.unwatch(descriptor, registration: registration) }
        registration = nil
    }

    private func resume(_ id: RequestID) {
        guard copies[id]?.isPaused == true else { return }
        copies[id]?.isPaused = false
        guard connection != nil else { return }
        wantsWrite = false
        watch(.readable)
        turn()
    }

    func endCopy(_ id: RequestID, _ error: PostgresError?) {
        guard let copy = copies[id] else { return }
        var error = error
        if error?.sql == nil { error?.sql = copy.sql }
        copies[id]?.outcome = error.map { .failure($0) } ?? .success(copy.rows)
        wake(id)
    }

    /// Those who wait look again for themselves.
    func wakeCopiers() {
        for id in copies.keys where copies[id]?.waiter != nil { wake(id) }
    }

    private func wake(_ id: RequestID) {
        let waiter = copies[id]?.waiter
        copies[id]?.waiter = nil
        waiter?.resume()
    }

    // MARK: For the caller

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
            copies[id] = nil
            throw error
        }
    }

    /// The next rows, nil at the end.
    func nextCopyChunk(_ id: RequestID, timeout: Duration?) async throws(PostgresError) -> [UInt8]? {
        while true {
            guard let copy = copies[id] else { throw PostgresError(.usage, "the COPY has ended") }
            if !copy.chunk.isEmpty {
                copies[id]?.chunk = []
                resume(id)
                return copy.chunk
            }
            if let outcome = copy.outcome {
                _ = try outcome.get()
                return nil
            }
            try await wait(id, timeout)
        }
    }

    /// Sends bytes, and returns when they have left this process: what the server does not take stays with the caller.
    func putCopyData(_ id: RequestID, _ bytes: [UInt8], timeout: Duration?) async throws(PostgresError) {
        var start = 0
        while start < bytes.count {
            if let error = failure(of: id) { throw error }
            guard let connection, machine.transferring == .in, machine.script?.id == id else {
                throw PostgresError(.usage, "the COPY has ended")
            }
            // libpq keeps what it is given until the socket takes it.
            let end = min(start + CopyTransfer.highWater, bytes.count)
            let sent = bytes.withUnsafeBytes { buffer in
                let piece = buffer[start..<end]
                return piece.withMemoryRebound(to: CChar.self) {
                    PQputCopyData(connection, $0.baseAddress, Int32($0.count))
                }
            }
            guard sent == 1 else {
                perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
                continue
            }
            start = end
            turn()
            while wantsWrite, copies[id]?.outcome == nil { try await wait(id, timeout) }
        }
        if let error = failure(of: id) { throw error }
    }

    private func failure(of id: RequestID) -> PostgresError? {
        if case .failure(let error) = copies[id]?.outcome { return error }
        return nil
    }

    /// Ends a COPY from the client.
    /// - Parameter reason: not nil to have the server drop what it has got.
    /// - Returns: how many rows the server took.
    func finishCopyIn(_ id: RequestID, reason: String?, timeout: Duration?) async throws(PostgresError) -> Int {
        defer { copies[id] = nil }
        if machine.transferring == .in, machine.script?.id == id, let connection {
            if PQputCopyEnd(connection, reason) == 1 {
                machine.copyDataEnded()
                turn()
            } else {
                perform(machine.lose(PostgresError(.connectionLost, connection: connection)))
            }
        }
        // A cancelled task, too, has to wait for the end of what it began; and no longer than that it has to.
        while copies[id]?.outcome == nil, copies[id] != nil {
            do {
                try await wait(id, timeout, isCancellable: false)
            } catch {
                abort(error.message)
            }
        }
        guard let outcome = copies[id]?.outcome else { throw PostgresError(.closed, "the connection broke") }
        return try outcome.get()
    }

    /// Ends the reading of a COPY to the client. One that was not read to its end costs the connection: the server could
    /// not be told to stop without blocking.
    func finishCopyOut(_ id: RequestID) {
        if copies[id]?.outcome == nil { abort("a COPY was not read to its end") }
        copies[id] = nil
    }

    private func wait(
        _ id: RequestID,
        _ timeout: Duration?,
        isCancellable: Bool = true
    ) async throws(PostgresError) {
        if isCancellable, Task.isCancelled { throw PostgresError(.cancelled, "cancelled during a COPY") }
        let timer = timeout.map { timeout in
            executor.loop.schedule(after: timeout) { [weak self] in
                self?.assumeIsolated { core in
                    core.interrupt(id, PostgresError(.timeout, "a COPY stood still for \(timeout)"))
                }
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { copies[id]?.waiter = $0 }
        } onCancel: {
            guard isCancellable else { return }
            Task { await self.interrupt(id, PostgresError(.cancelled, "cancelled during a COPY")) }
        }
        if let timer { executor.loop.cancel(timer) }
        if let interruption = copies[id]?.interruption {
            copies[id]?.interruption = nil
            if isCancellable || interruption.kind != .cancelled { throw interruption }
        }
    }

    private func interrupt(_ id: RequestID, _ error: PostgresError) {
        guard copies[id]?.waiter != nil else { return }
        copies[id]?.interruption = error
        wake(id)
    }
}
