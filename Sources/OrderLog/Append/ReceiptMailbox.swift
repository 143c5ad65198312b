import Synchronization

/// The answers of commands that are delivered on one event loop. Those of one commit are delivered together, at the
/// cost of one wake-up.
package final class ReceiptMailbox: Sendable {
    /// Takes the answer of one command, on the mailbox's event loop.
    package typealias Delivery = @Sendable (PendingReceipt.Answer) -> Void

    private struct State {
        var posted: [(delivery: Delivery, answer: PendingReceipt.Answer)] = []
        var isScheduled = false
    }

    private let state = Mutex(State())
    private let execute: @Sendable (@escaping @Sendable () -> Void) -> Void

    /// - Parameter execute: runs work on the event loop.
    package init(execute: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
        self.execute = execute
    }

    /// Keeps an answer until `wake()`.
    func post(_ answer: PendingReceipt.Answer, to delivery: @escaping Delivery) {
        state.withLock { $0.posted.append((delivery, answer)) }
    }

    /// Lets the event loop deliver what was posted.
    func wake() {
        let isFirst = state.withLock { state in
            guard !state.isScheduled, !state.posted.isEmpty else { return false }
            state.isScheduled = true
            return true
        }
        if isFirst { execute { self.deliver() } }
    }

    private func deliver() {
        let posted = state.withLock { state in
            state.isScheduled = false
            defer { state.posted = [] }
            return state.posted
        }
        for (delivery, answer) in posted { delivery(answer) }
    }
}
