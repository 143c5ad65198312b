import Synchronization

/// A stream's bell: tells its session that something awaits it. Signals are kept as one, so it never grows.
package final class Subscription: Sendable {
    /// Why a session woke.
    package struct Wake: Sendable, Equatable {
        /// History after this event is gone.
        package var forkedAfter: Int64?
        /// The stream is asked to end.
        package var bye: ControlFrame.ByeReason?
        /// The client is gone.
        package var closed = false
    }

    private struct State {
        var rung = false
        var wake = Wake()
        var waiter: CheckedContinuation<Void, Never>?
        var deadline: ContinuousClock.Instant?
        var sendingSince: ContinuousClock.Instant?
        var end: StreamMetrics.End?
        var isHandedOff = false
    }

    package let subject: StreamSubject
    private let state = Mutex(State())
    private let abort: @Sendable () -> Void

    /// - Parameter abort: closes the connection at once; called for a client that takes nothing any more.
    package init(subject: StreamSubject, abort: @escaping @Sendable () -> Void) {
        self.subject = subject
        self.abort = abort
    }

    /// Waits for a signal or the deadline.
    package func wait(until deadline: ContinuousClock.Instant) async -> Wake {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state in
                if state.rung { return true }
                state.waiter = continuation
                state.deadline = deadline
                return false
            }
            if ready { continuation.resume() }
        }
        return poll()
    }

    /// As `wait`, but to the millisecond: the deadline is not left to the service's slow tick.
    func wait(untilExactly deadline: ContinuousClock.Instant) async -> Wake {
        let alarm = Task {
            try await Task.sleep(until: deadline)
            ring()
        }
        defer { alarm.cancel() }
        return await wait(until: deadline)
    }

    /// What has been signalled since the last look, without waiting.
    package func poll() -> Wake {
        state.withLock { state in
            state.rung = false
            defer { state.wake.forkedAfter = nil }
            return state.wake
        }
    }

    /// Why the stream has ended; where nobody has said, its client has left.
    var end: StreamMetrics.End { state.withLock { $0.end ?? .left } }

    /// Notes why the stream ends; the first reason stays.
    func ends(_ end: StreamMetrics.End) { state.withLock { $0.end = $0.end ?? end } }

    /// Whether the stream goes on elsewhere.
    var isHandedOff: Bool { state.withLock { $0.isHandedOff } }
    func handedOff() { state.withLock { $0.isHandedOff = true } }

    /// Whether the client has taken nothing for so long.
    func isStalled(_ now: ContinuousClock.Instant, for duration: Duration) -> Bool {
        state.withLock { $0.sendingSince.map { $0 + duration <= now } ?? false }
    }

    /// What is asked of the stream, left for `wait` and `poll` to take.
    var pending: Wake { state.withLock { $0.wake } }

    /// The ring has grown.
    func ring() { signal { _ in } }

    func fork(after seq: Int64) {
        signal { $0.forkedAfter = min($0.forkedAfter ?? seq, seq) }
    }

    func end(_ reason: ControlFrame.ByeReason) {
        signal { if $0.bye == nil { $0.bye = reason } }
    }

    /// The client has left: nothing more can be sent.
    package func close() {
        signal { $0.closed = true }
    }

    /// Ends the stream without another word.
    func cutOff() {
        ends(.shutdown)
        close()
        abort()
    }

    /// Marks the time from which a send is under way, or none.
    func sending(since instant: ContinuousClock.Instant?) {
        state.withLock { $0.sendingSince = instant }
    }

    /// Wakes a session whose deadline has come; aborts one whose client has taken nothing for too long.
    func tick(_ now: ContinuousClock.Instant, stallDeadline: Duration) -> Bool {
        if state.withLock({ $0.deadline.map { $0 <= now } ?? false }) { ring() }
        guard isStalled(now, for: stallDeadline) else { return false }
        ends(.stalled)
        abort()
        return true
    }

    private func signal(_ change: (inout Wake) -> Void) {
        let waiter = state.withLock { state in
            change(&state.wake)
            state.rung = true
            state.deadline = nil
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
