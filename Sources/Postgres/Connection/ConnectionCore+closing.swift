import CLibPQ
import Synchronization

/// Ends of a connection, wanted or not, and what it is fit for until then.
extension ConnectionCore {
    /// - Parameter grace: how long what is in flight may still take.
    func close(grace: Duration) async {
        guard machine.isOpen else { return await waitUntilClosed() }
        closeTimer = executor.loop.schedule(after: grace) { [weak self] in
            self?.assumeIsolated { core in
                core.perform(core.machine.lose(PostgresError(.connectionLost, "closed while the request was running")))
            }
        }
        perform(machine.close())
        await waitUntilClosed()
    }

    /// Gives the connection up at once.
    func abort(_ message: String) {
        perform(machine.lose(PostgresError(.connectionLost, message)))
    }

    func disconnect() {
        openFlag.store(false, ordering: .releasing)
        if let closeTimer { executor.loop.cancel(closeTimer) }
        if let registration { executor.loop.unwatch(descriptor, registration: registration) }
        registration = nil
        if let connection { PQfinish(connection) }
        connection = nil
        let observers = closeObservers.values
        closeObservers = [:]
        for observer in observers { observer.resume() }
        let handlers = closeHandlers
        closeHandlers = []
        for handler in handlers { handler() }
    }

    /// Runs the handler when the connection is gone, at once if it is.
    func onClose(_ handler: @escaping @Sendable () -> Void) {
        guard connection != nil else { return handler() }
        closeHandlers.append(handler)
    }

    /// Returns when the connection is gone or the task is cancelled.
    func waitUntilClosed() async {
        guard connection != nil, !Task.isCancelled else { return }
        let id = nextID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { closeObservers[id] = $0 }
        } onCancel: {
            Task { await self.forgetObserver(id) }
        }
    }

    func forgetObserver(_ id: RequestID) {
        closeObservers.removeValue(forKey: id)?.resume()
    }

    /// True when the next borrower finds it as good as new: open, nothing running, no transaction left open.
    var isReusable: Bool {
        guard machine.isOpen, machine.lease == nil, !machine.isBusy, let connection else { return false }
        return PQtransactionStatus(connection) == PQTRANS_IDLE
    }

    /// True when no request of a caller who has left is still running.
    var isResponsive: Bool { machine.isOpen && !machine.hasAbandoned }

    var isInTransaction: Bool {
        guard let connection else { return false }
        return PQtransactionStatus(connection) != PQTRANS_IDLE
    }
}
