import Orders
import Primitives
import Synchronization

/// The receipt of one queued command, given once the command is committed or refused.
///
/// A class, since a command's entry is copied from queue to batch, and a struct of so many parts would retain each.
package final class PendingReceipt: Sendable {
    package typealias Answer = Result<CommandReceipt, AppendRefusal>

    private enum Recipient {
        /// A task that waits for the answer.
        case task(OneShotPromise<Answer>)
        /// An event loop, to which the answer is delivered.
        case mailbox(ReceiptMailbox, ReceiptMailbox.Delivery)
    }

    private let recipient: Recipient
    /// True once a mailbox has the answer.
    private let isPosted = Atomic(false)
    /// The time at which the command came.
    let began = ContinuousClock.now
    private let metrics: LogMetrics?
    private let command: CommandName?

    /// A receipt that a task waits for.
    ///
    /// - Parameters:
    ///   - metrics: counts the answer.
    ///   - command: the name under which the answer counts.
    init(metrics: LogMetrics? = nil, command: CommandName? = nil) {
        recipient = .task(OneShotPromise())
        self.metrics = metrics
        self.command = command
    }

    /// A receipt that is delivered to an event loop.
    init(
        to mailbox: ReceiptMailbox,
        _ delivery: @escaping ReceiptMailbox.Delivery,
        metrics: LogMetrics? = nil,
        command: CommandName? = nil
    ) {
        recipient = .mailbox(mailbox, delivery)
        self.metrics = metrics
        self.command = command
    }

    /// True when the answer is given.
    package var isAnswered: Bool {
        switch recipient {
        case .task(let promise): promise.isFulfilled
        case .mailbox: isPosted.load(ordering: .acquiring)
        }
    }

    /// Waits until the command is committed or refused. Call it once, and only on a receipt that a task waits for.
    package func receipt() async throws(AppendRefusal) -> CommandReceipt {
        guard case .task(let promise) = recipient else { preconditionFailure("the receipt goes to a mailbox") }
        return try await promise.value().get()
    }

    /// Gives the answer. Only the first call counts.
    ///
    /// - Returns: the time since the command came; nil where it was answered before.
    @discardableResult
    func complete(with answer: Answer) -> Duration? {
        defer { mailbox?.wake() }
        return post(answer)
    }

    /// Gives several answers together: each mailbox is woken once.
    ///
    /// - Parameters:
    ///   - entries: the commands, each with its answer.
    ///   - whenGiven: told of each answer that counts, with the time since the command came.
    static func complete(
        _ entries: some Sequence<(AppendQueue.Entry, Answer)>,
        whenGiven: (AppendQueue.Entry, Answer, Duration) -> Void
    ) {
        // As many as the service has event loops, so that a list is enough.
        var mailboxes: [ReceiptMailbox] = []
        for (entry, answer) in entries {
            guard let wait = entry.pendingReceipt.post(answer) else { continue }
            if let mailbox = entry.pendingReceipt.mailbox, !mailboxes.contains(where: { $0 === mailbox }) {
                mailboxes.append(mailbox)
            }
            whenGiven(entry, answer, wait)
        }
        for mailbox in mailboxes { mailbox.wake() }
    }

    private var mailbox: ReceiptMailbox? { if case .mailbox(let mailbox, _) = recipient { mailbox } else { nil } }

    /// Gives the answer without waking its mailbox.
    private func post(_ answer: Answer) -> Duration? {
        switch recipient {
        case .task(let promise): guard promise.fulfill(answer) else { return nil }
        case .mailbox(let mailbox, let delivery):
            guard !isPosted.exchange(true, ordering: .acquiringAndReleasing) else { return nil }
            mailbox.post(answer, to: delivery)
        }
        let wait = ContinuousClock.now - began
        metrics?.commandAnswered(answer, to: command, after: wait)
        return wait
    }
}
