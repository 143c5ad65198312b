/// The tasks and handlers that learn of the end of a connection.
final class CloseObservers {
    typealias ID = ConnectionMachine.RequestID

    private var waiters: [ID: CheckedContinuation<Void, Never>] = [:]
    private var handlers: [@Sendable () -> Void] = []

    func add(_ handler: @escaping @Sendable () -> Void) { handlers.append(handler) }

    func add(_ waiter: CheckedContinuation<Void, Never>, id: ID) { waiters[id] = waiter }

    /// Resumes a waiting task before the end.
    func cancel(_ id: ID) { waiters.removeValue(forKey: id)?.resume() }

    /// Resumes the waiting tasks and calls the handlers, each once.
    func notify() {
        let (waiters, handlers) = (waiters.values, handlers)
        self.waiters = [:]
        self.handlers = []
        for waiter in waiters { waiter.resume() }
        for handler in handlers { handler() }
    }
}
