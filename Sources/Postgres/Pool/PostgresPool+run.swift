import Logging
import ServiceLifecycle
import Synchronization

extension PostgresPool {
    /// How often idle connections are checked, and how long their answer may take.
    static let checkInterval = Duration.seconds(15)
    static let checkTimeout = Duration.seconds(5)

    /// Checks idle connections until the service is told to end; then closes the idle ones, waits for those that are lent,
    /// and returns. When the task is cancelled it does not wait.
    package func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: PostgresPool.checkInterval)
                    await self.checkIdle()
                }
            }
        } catch is CancellationError {
            // The only way out of the loop: a shutdown, graceful or not.
        }
        await shutDown()
    }

    /// Refuses new callers, closes idle connections and waits until those that are lent have come back.
    package func shutDown() async {
        change { $0.machine.shutDown() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let mustWait = state.withLock { state in
                    guard !state.machine.isEmpty, !Task.isCancelled, state.emptied == nil else { return false }
                    state.emptied = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                defer { state.emptied = nil }
                return state.emptied
            }
            continuation?.resume()
        }
    }

    /// Asks each idle connection for an answer; one that has none is closed.
    func checkIdle(timeout: Duration = PostgresPool.checkTimeout) async {
        for id in state.withLock({ $0.machine.idleConnections }) {
            let connection = state.withLock { state in
                state.machine.borrowIdle(id) ? state.connections[id] : nil
            }
            guard let connection else { continue }
            do {
                try await connection.query("select 1", timeout: timeout)
            } catch {
                logger.warning("an idle database connection did not answer", metadata: ["error": "\(error)"])
            }
            await release(id, connection)
        }
    }
}
