import Synchronization

extension ConnectionCore {
    /// Connects, with a deadline of the driver's own: libpq's does not apply to a non-blocking connection.
    ///
    /// - Parameters:
    ///   - keywords: libpq's parameters for one address of the host.
    ///   - requestTimeout: the time for a request that names none of its own; nil for no limit.
    func open(
        _ keywords: [(String, String)],
        of host: PostgresHost,
        within timeout: Duration,
        requestTimeout: Duration?
    ) async throws(PostgresError) {
        if Task.isCancelled { throw PostgresError(.cancelled, "the task was cancelled before it connected") }
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { startConnecting(keywords, of: host, within: timeout, requestTimeout, $0) }
        } onCancel: {
            Task { await self.cancelConnecting() }
        }
        if let error { throw error }
    }

    private func startConnecting(
        _ keywords: [(String, String)],
        of host: PostgresHost,
        within timeout: Duration,
        _ requestTimeout: Duration?,
        _ continuation: CheckedContinuation<PostgresError?, Never>
    ) {
        let timer = executor.loop.schedule(after: timeout) { [weak self] in
            self?.assumeIsolated { core in
                core.finishConnecting(PostgresError(.connect, "\(host) did not answer within \(timeout)"))
            }
        }
        connectAttempt.begin(continuation, timer: timer)
        setRequestTimeout(requestTimeout)
        do throws(PostgresError) {
            try socket.open(keywords) { [weak self] in self?.assumeIsolated { $0.socketReady() } }
        } catch {
            finishConnecting(error)
        }
    }

    /// Goes on with connecting when the socket is ready.
    func continueConnecting() {
        do throws(PostgresError) {
            guard try socket.pollConnecting() else { return }
            openFlag.store(true, ordering: .releasing)
            finishConnecting(nil)
        } catch {
            finishConnecting(error)
        }
    }

    private func cancelConnecting() {
        finishConnecting(PostgresError(.cancelled, "the task was cancelled while it connected"))
    }

    private func finishConnecting(_ error: PostgresError?) {
        guard let (continuation, timer) = connectAttempt.end() else { return }
        executor.loop.cancel(timer)
        if let error { lose(error) }
        continuation.resume(returning: error)
    }
}
