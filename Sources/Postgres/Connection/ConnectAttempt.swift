/// The attempt to open a connection: the task that waits for its end, and the timer of its deadline.
final class ConnectAttempt {
    typealias Waiter = CheckedContinuation<PostgresError?, Never>

    private var state: (waiter: Waiter, timer: EventLoop.Timer)?

    var isUnderWay: Bool { state != nil }

    func begin(_ waiter: Waiter, timer: EventLoop.Timer) { state = (waiter, timer) }

    /// - Returns: nil when the attempt has ended before.
    func end() -> (waiter: Waiter, timer: EventLoop.Timer)? { state.take() }
}
