import NIOCore

/// A timer that runs out at a deadline, or earlier: deadlines that move on cost nothing until it does. Used on one
/// event loop.
final class DeadlineTimer {
    private var running: (deadline: NIODeadline, task: Scheduled<Void>)?

    /// Makes the timer run out at a deadline, unless it does before.
    ///
    /// - Parameter action: looks whether its deadline has come.
    func run(until deadline: NIODeadline, on loop: any EventLoop, _ action: @escaping () -> Void) {
        if let running, running.deadline <= deadline { return }
        running?.task.cancel()
        let task = loop.assumeIsolated().scheduleTask(deadline: deadline) {
            self.running = nil
            action()
        }
        running = (deadline, task)
    }

    func cancel() {
        running?.task.cancel()
        running = nil
    }
}

@available(*, unavailable)
extension DeadlineTimer: Sendable {}
