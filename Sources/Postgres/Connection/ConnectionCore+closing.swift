extension ConnectionCore {
    /// Runs the handler when the connection is gone, at once if it is.
    func onClose(_ handler: @escaping @Sendable () -> Void) {
        guard socket.isOpen else { return handler() }
        closeObservers.add(handler)
    }

    /// Returns when the connection is gone or the task is cancelled.
    func waitUntilClosed() async {
        guard socket.isOpen, !Task.isCancelled else { return }
        let id = nextID()
        await withTaskCancellationHandler {
            await withCheckedContinuation { closeObservers.add($0, id: id) }
        } onCancel: {
            Task { await self.cancelWaiting(id) }
        }
    }

    private func cancelWaiting(_ id: RequestID) {
        closeObservers.cancel(id)
    }

    /// Gives the connection up at once.
    func abort(_ message: String) {
        lose(PostgresError(.connectionLost, message))
    }
}
