import Synchronization

/// A value that is given once, by any thread, and awaited by one task.
public final class OneShotPromise<Value: Sendable>: Sendable {
    private enum State {
        case pending
        case awaited(CheckedContinuation<Value, Never>)
        case fulfilled(Value)
    }

    private let state = Mutex(State.pending)

    public init() {}

    /// True when `value()` would return at once.
    public var isFulfilled: Bool {
        state.withLock { state in
            if case .fulfilled = state { true } else { false }
        }
    }

    /// Waits for the value. Call it once; cancellation does not end the wait.
    public func value() async -> Value {
        await withCheckedContinuation { continuation in
            let value: Value? = state.withLock { state in
                if case .fulfilled(let value) = state { return value }
                state = .awaited(continuation)
                return nil
            }
            if let value { continuation.resume(returning: value) }
        }
    }

    /// Gives the value. Only the first call counts.
    ///
    /// - Returns: false when the promise had its value before.
    @discardableResult
    public func fulfill(_ value: Value) -> Bool {
        let (isFirst, waiter): (Bool, CheckedContinuation<Value, Never>?) = state.withLock { state in
            switch state {
            case .fulfilled: return (false, nil)
            case .pending:
                state = .fulfilled(value)
                return (true, nil)
            case .awaited(let waiter):
                state = .fulfilled(value)
                return (true, waiter)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }
}
