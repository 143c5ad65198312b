import Orders
import Primitives

/// The receipt of one queued command, given once the command is committed or refused.
package struct PendingReceipt: Sendable {
    package typealias Answer = Result<CommandReceipt, AppendRefusal>

    private let promise = OneShotPromise<Answer>()
    /// The time at which the command came.
    let began = ContinuousClock.now
    private let metrics: LogMetrics?
    private let command: CommandName?

    /// - Parameters:
    ///   - metrics: counts the answer.
    ///   - command: the name under which the answer counts.
    init(metrics: LogMetrics? = nil, command: CommandName? = nil) {
        self.metrics = metrics
        self.command = command
    }

    /// True when `receipt` would return at once.
    package var isAnswered: Bool { promise.isFulfilled }

    /// Waits until the command is committed or refused. Call it once.
    package func receipt() async throws(AppendRefusal) -> CommandReceipt {
        try await promise.value().get()
    }

    /// Gives the answer. Only the first call counts.
    ///
    /// - Returns: the time since the command came; nil where it was answered before.
    @discardableResult
    func complete(with answer: Answer) -> Duration? {
        guard promise.fulfill(answer) else { return nil }
        let wait = ContinuousClock.now - began
        metrics?.commandAnswered(answer, to: command, after: wait)
        return wait
    }
}
