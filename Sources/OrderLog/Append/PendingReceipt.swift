import Synchronization

/// The pending answer to one queued command.
package final class PendingReceipt: Sendable {
    package typealias Answer = Result<CommandReceipt, AppendRefusal>

    private enum State {
        case pending
        case awaited(CheckedContinuation<Answer, Never>)
        case answered(Answer)
    }

    private let state = Mutex(State.pending)

    init() {}

    /// The answer is there: `receipt` returns at once.
    package var isAnswered: Bool {
        state.withLock { state in
            if case .answered = state { true } else { false }
        }
    }

    /// Waits until the command is committed or refused. For one caller, once.
    package func receipt() async throws(AppendRefusal) -> CommandReceipt {
        let answer = await withCheckedContinuation { continuation in
            let answer: Answer? = state.withLock { state in
                if case .answered(let answer) = state { return answer }
                state = .awaited(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
        return try answer.get()
    }

    /// Gives the answer. Called once.
    func complete(with answer: Answer) {
        let continuation: CheckedContinuation<Answer, Never>? = state.withLock { state in
            defer { state = .answered(answer) }
            if case .awaited(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(returning: answer)
    }
}
