import Primitives

/// The receipt of one queued command, given once the command is committed or refused.
package struct PendingReceipt: Sendable {
    package typealias Answer = Result<CommandReceipt, AppendRefusal>

    private let promise = OneShotPromise<Answer>()
    /// The time at which the command came.
    let began = ContinuousClock.now
    private let metrics: LogMetrics?

    /// - Parameter metrics: counts the answer.
    init(metrics: LogMetrics? = nil) {
        self.metrics = metrics
    }

    /// True when `receipt` would return at once.
    package var isAnswered: Bool { promise.isFulfilled }

    /// Waits until the command is committed or refused. Call it once.
    package func receipt() async throws(AppendRefusal) -> CommandReceipt {
        try await promise.value().get()
    }

    /// Gives the answer. Only the first call counts.
    func complete(with answer: Answer) {
        if promise.fulfill(answer) { metrics?.commandAnswered(answer, after: .now - began) }
    }
}
