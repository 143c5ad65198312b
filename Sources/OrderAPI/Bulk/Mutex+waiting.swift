import Synchronization

/// A task that waits until another has changed the state that both share.
typealias Waiter = CheckedContinuation<Void, Never>

extension Mutex where Value: Sendable {
    /// Waits until another task has changed the state by `wake`, unless the condition holds already. One task at a time
    /// waits in each place.
    ///
    /// - Parameter waiter: the state's place for the waiting task.
    func wait(
        _ waiter: WritableKeyPath<Value, Waiter?>,
        until condition: (inout Value) -> Bool
    ) async {
        await withCheckedContinuation { continuation in
            let isReady = withLock { state in
                if condition(&state) { return true }
                state[keyPath: waiter] = continuation
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    /// Changes the state and lets the task go on that waits in the place.
    func wake(_ waiter: WritableKeyPath<Value, Waiter?>, _ change: (inout Value) -> Void) {
        let waiting = withLock { state in
            change(&state)
            defer { state[keyPath: waiter] = nil }
            return state[keyPath: waiter]
        }
        waiting?.resume()
    }
}
