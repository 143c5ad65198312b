import Synchronization

/// A signal that wakes one waiter. Wake-ups while nothing waits are kept as one.
package final class WakeSignal: Sendable {
    private struct State {
        var isPending = false
        var isClosed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes the waiter, or the next one to come.
    package func wake() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.isPending = true }
            return state.waiter
        }
        waiter?.resume()
    }

    package var isOpen: Bool { state.withLock { !$0.isClosed } }

    /// Wakes the waiter; every later wait returns at once.
    package func close() {
        let waiter = state.withLock { state in
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the next wake-up, or takes the pending one.
    ///
    /// - Returns: false when the signal is closed.
    package func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.isPending || state.isClosed {
                    state.isPending = false
                    return true
                }
                state.waiter = continuation
                return false
            }
            if ready { continuation.resume() }
        }
        return state.withLock { !$0.isClosed }
    }
}
