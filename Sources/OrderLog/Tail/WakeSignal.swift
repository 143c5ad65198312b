import Synchronization

/// Wakes one waiter. Rings while nobody waits are kept as one.
package final class WakeSignal: Sendable {
    private struct State {
        var rung = false
        var closed = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func ring() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            if state.waiter == nil { state.rung = true }
            return state.waiter
        }
        waiter?.resume()
    }

    package var isOpen: Bool { state.withLock { !$0.closed } }

    /// Wakes the waiter for good.
    package func close() {
        let waiter = state.withLock { state in
            state.closed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Returns once rung since the last call; false when closed.
    package func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.rung || state.closed {
                    state.rung = false
                    return true
                }
                state.waiter = continuation
                return false
            }
            if ready { continuation.resume() }
        }
        return state.withLock { !$0.closed }
    }
}
