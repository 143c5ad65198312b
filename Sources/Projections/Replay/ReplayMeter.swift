import Synchronization

/// The progress of a running replay, shared by the tasks that make it and those that report it.
final class ReplayMeter: Sendable {
    private let state: Mutex<(progress: ReplayProgress, rate: ReplayRate)>
    private let started = ContinuousClock.now

    init(_ progress: ReplayProgress) {
        state = Mutex((progress, ReplayRate()))
    }

    var progress: ReplayProgress { state.withLock { $0.progress } }

    func update(seq: Int64? = nil, head: Int64? = nil, phase: ReplayProgress.Phase? = nil) {
        state.withLock { state in
            if let seq { state.progress.seq = seq }
            if let head { state.progress.head = max(head, state.progress.seq) }
            if let phase { state.progress.phase = phase }
        }
    }

    /// Notes the time for which the takeover held the head lock.
    func update(headLockTime: Duration) {
        state.withLock { $0.progress.heldMilliseconds = headLockTime / .milliseconds(1) }
    }

    /// The progress, with the rate as of now.
    func measure() -> ReplayProgress {
        let seconds = (ContinuousClock.now - started) / .seconds(1)
        return state.withLock { state in
            state.progress.eventsPerSecond = state.rate.note(state.progress.seq, atSeconds: seconds)
            return state.progress
        }
    }
}
