import CLibPQ
import Primitives

/// Opening: `PQconnectPoll` until it is done, with a deadline of our own, since libpq's does not apply to it.
extension ConnectionCore {
    func open(_ configuration: PostgresConfiguration) async throws(PostgresError) {
        if Task.isCancelled { throw PostgresError(.cancelled, "cancelled before connecting") }
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { startConnecting(configuration, $0) }
        } onCancel: {
            Task { await self.cancelConnecting() }
        }
        if let error { throw error }
    }

    private func startConnecting(
        _ configuration: PostgresConfiguration,
        _ continuation: CheckedContinuation<PostgresError?, Never>
    ) {
        let keywords = configuration.libpqKeywords
        guard
            let connection = withCStrings(
                keywords.map(\.0),
                { names in
                    withCStrings(keywords.map(\.1)) { values in PQconnectStartParams(names, values, 0) }
                }
            )
        else {
            return continuation.resume(returning: PostgresError(.connect, "out of memory"))
        }
        self.connection = connection
        // The default would print to standard error.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        let timer = executor.loop.schedule(after: configuration.connectTimeout) { [weak self] in
            self?.assumeIsolated { core in
                core.finishConnecting(
                    PostgresError(.connect, "no connection within \(configuration.connectTimeout)")
                )
            }
        }
        connecting = (continuation, timer)
        guard PQstatus(connection) != CONNECTION_BAD else {
            return finishConnecting(PostgresError(.connect, connection: connection))
        }
        // The manual: act first as if the last poll had said "writing".
        watch(.writable)
    }

    /// Watches the socket anew: libpq may have replaced it, even by one of the same number.
    func watch(_ events: Epoll.Events) {
        guard let connection else { return }
        if let registration { executor.loop.unwatch(descriptor, registration: registration) }
        descriptor = PQsocket(connection)
        do {
            registration = try executor.loop.watch(descriptor, for: events) { [weak self] _ in
                self?.assumeIsolated { $0.socketReady() }
            }
        } catch {
            registration = nil
            let error = PostgresError(.connect, "the socket cannot be watched: \(error)")
            if connecting == nil { perform(machine.lose(error)) } else { finishConnecting(error) }
        }
    }

    func pollConnecting() {
        guard let connection else { return }
        switch PQconnectPoll(connection) {
        case PGRES_POLLING_READING: watch(.readable)
        case PGRES_POLLING_WRITING: watch(.writable)
        case PGRES_POLLING_OK:
            guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
                return finishConnecting(PostgresError(.connect, connection: connection))
            }
            watch(.readable)
            guard self.connection != nil else { return }
            becomeOpen(connection)
            finishConnecting(nil)
        default: finishConnecting(PostgresError(.connect, connection: connection))
        }
    }

    private func cancelConnecting() {
        finishConnecting(PostgresError(.cancelled, "cancelled while connecting"))
    }

    private func finishConnecting(_ error: PostgresError?) {
        guard let (continuation, timer) = connecting else { return }
        connecting = nil
        executor.loop.cancel(timer)
        if let error { perform(machine.lose(error)) }
        continuation.resume(returning: error)
    }
}

/// Lends null-terminated C strings in a null-terminated array.
private func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        var pointers = offsets.map { buffer.baseAddress?.advanced(by: $0) }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
