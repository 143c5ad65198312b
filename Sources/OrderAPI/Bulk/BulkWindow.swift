import DequeModule
import Foundation
import OrderLog
import Synchronization

/// The lines of one bulk request, in their order, that are read and whose results are not yet written.
///
/// One task appends lines and another takes them out. The window is bounded in lines and in bytes, so the service stops
/// reading from a client that does not read its results.
final class BulkWindow: Sendable {
    struct Line: Sendable {
        enum Outcome: Sendable {
            case queued(PendingReceipt)
            case refused(Problem)
        }

        let number: Int
        /// The order that the line names, or the new order that it places; nil where the line names none, as a scan by
        /// tracking number.
        let orderId: UUID?
        let byteCount: Int
        let outcome: Outcome

        /// True once the result of the line is known.
        var isReady: Bool {
            if case .queued(let pending) = outcome { pending.isAnswered } else { true }
        }
    }

    /// The way in which the lines of a request end.
    enum Ending: Sendable {
        /// The last line was read.
        case complete
        /// The rest of the request did not come, or could not be read.
        case cutOff
    }

    private struct State {
        var lines = Deque<Line>()
        /// The lines that have a place: reserved and not yet released, in `lines` or not.
        var reservedLines = 0
        var reservedBytes = 0
        var ending: Ending?
        var isAbandoned = false
        /// The task that reads the request, while it waits for room.
        var reader: Waiter?
        /// The task that writes results, while it waits for a line.
        var writer: Waiter?
    }

    private let state = Mutex(State())
    private let maximumLines: Int
    private let maximumBytes: Int

    init(maximumLines: Int = 1024, maximumBytes: Int = 4 * 1024 * 1024) {
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }

    /// Waits for room and reserves a place for one line. Any line fits an empty window.
    ///
    /// - Returns: false when the window is abandoned.
    func reserve(bytes: Int) async -> Bool {
        while true {
            let isReserved: Bool? = state.withLock { state in
                if state.isAbandoned { return false }
                guard hasRoom(&state) else { return nil }
                state.reservedLines += 1
                state.reservedBytes += bytes
                return true
            }
            if let isReserved { return isReserved }
            await state.wait(\.reader) { $0.isAbandoned || hasRoom(&$0) }
        }
    }

    private func hasRoom(_ state: inout State) -> Bool {
        state.reservedLines < maximumLines && state.reservedBytes < maximumBytes
    }

    /// Appends a line for which a place was reserved.
    func append(_ line: Line) {
        state.wake(\.writer) { $0.lines.append(line) }
    }

    /// Ends the lines: `next()` returns nil after the last of them.
    func finish(_ ending: Ending) {
        state.wake(\.writer) { $0.ending = ending }
    }

    /// The way in which the lines have ended; nil while more may come.
    var ending: Ending? { state.withLock { $0.ending } }

    /// Takes out the oldest line if there is one; does not wait.
    func popIfAvailable() -> Line? { state.withLock { $0.lines.popFirst() } }

    /// Waits for the oldest line and takes it out; nil after the last.
    func next() async -> Line? {
        while true {
            let (line, isFinished) = state.withLock { ($0.lines.popFirst(), $0.ending != nil) }
            if line != nil || isFinished { return line }
            await state.wait(\.writer) { $0.ending != nil || !$0.lines.isEmpty }
        }
    }

    /// Frees the place of a line that was taken out, once its result is known.
    func release(_ line: Line) {
        state.wake(\.reader) { state in
            state.reservedLines -= 1
            state.reservedBytes -= line.byteCount
        }
    }

    /// Lets `reserve(bytes:)` return false from now on, since nobody takes lines any more.
    func abandon() {
        state.wake(\.reader) { $0.isAbandoned = true }
    }
}
