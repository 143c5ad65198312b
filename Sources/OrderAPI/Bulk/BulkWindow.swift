import DequeModule
import Foundation
import OrderLog
import Synchronization

/// The lines of one bulk request that are under way, in their order: read, but their results not yet written.
///
/// One task puts in and another takes out. The window is bounded, in lines and in bytes, so a client that does not read its
/// results is not read from either.
final class BulkWindow: Sendable {
    struct Line: Sendable {
        enum Outcome: Sendable {
            case queued(PendingReceipt)
            case refused(Problem)
        }

        let number: Int
        /// The order that the line names, or that was made for it.
        let orderId: UUID?
        /// Bytes of the line.
        let weight: Int
        let outcome: Outcome

        /// Whether the outcome is known already.
        var isReady: Bool {
            if case .queued(let ticket) = outcome { ticket.isAnswered } else { true }
        }
    }

    private typealias Waiter = CheckedContinuation<Void, Never>

    private struct State {
        var lines = Deque<Line>()
        /// Admitted and not yet released, in `lines` or on the way there or from there.
        var count = 0
        var weight = 0
        var finished = false
        var abandoned = false
        var reader: Waiter?
        var writer: Waiter?
    }

    private let state = Mutex(State())
    private let maximumLines: Int
    private let maximumWeight: Int

    init(maximumLines: Int = 512, maximumWeight: Int = 4 * 1024 * 1024) {
        self.maximumLines = maximumLines
        self.maximumWeight = maximumWeight
    }

    /// Waits for room. Any line fits an empty window.
    ///
    /// - Returns: false when the window is abandoned.
    func admit(_ weight: Int) async -> Bool {
        while true {
            let admitted: Bool? = state.withLock { state in
                if state.abandoned { return false }
                guard hasRoom(&state) else { return nil }
                state.count += 1
                state.weight += weight
                return true
            }
            if let admitted { return admitted }
            await wait(\.reader) { $0.abandoned || hasRoom(&$0) }
        }
    }

    private func hasRoom(_ state: inout State) -> Bool {
        state.count < maximumLines && state.weight < maximumWeight
    }

    /// Puts in a line that was admitted.
    func put(_ line: Line) {
        wake(\.writer) { $0.lines.append(line) }
    }

    /// No more lines will come.
    func finish() {
        wake(\.writer) { $0.finished = true }
    }

    /// The oldest line if there is one; does not wait.
    func poll() -> Line? { state.withLock { $0.lines.popFirst() } }

    /// Waits for the oldest line; nil after the last.
    func next() async -> Line? {
        while true {
            let (line, finished) = state.withLock { ($0.lines.popFirst(), $0.finished) }
            if line != nil || finished { return line }
            await wait(\.writer) { $0.finished || !$0.lines.isEmpty }
        }
    }

    /// A line that was taken out is done with.
    func release(_ line: Line) {
        wake(\.reader) { state in
            state.count -= 1
            state.weight -= line.weight
        }
    }

    /// Nobody takes lines any more.
    func abandon() {
        wake(\.reader) { $0.abandoned = true }
    }

    private func wait(_ waiter: WritableKeyPath<State, Waiter?>, until condition: (inout State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if condition(&state) { return true }
                state[keyPath: waiter] = continuation
                return false
            }
            if ready { continuation.resume() }
        }
    }

    private func wake(_ waiter: WritableKeyPath<State, Waiter?>, _ change: (inout State) -> Void) {
        let waiting = state.withLock { state in
            change(&state)
            defer { state[keyPath: waiter] = nil }
            return state[keyPath: waiter]
        }
        waiting?.resume()
    }
}
