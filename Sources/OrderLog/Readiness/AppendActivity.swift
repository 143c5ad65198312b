import Synchronization

/// The appender's present work and its last outcomes, for readiness.
final class AppendActivity: Sendable {
    private enum Phase {
        case idle
        /// A batch is connecting, waiting for locks, or being decided.
        case beginning
        /// A batch is being written and committed.
        case committing
    }

    private struct State {
        var phase = Phase.idle
        var phaseBegan = ContinuousClock.now
        /// The time at which the present batch began its first attempt.
        var batchBegan = ContinuousClock.now
        /// The time at which the first batch after the last commit began; nil while no batch has begun since.
        var begunSinceCommit: ContinuousClock.Instant?
        /// The present batch; empty between two of them.
        var entries: [AppendQueue.Entry] = []
        var lastCommit: ContinuousClock.Instant?
        var failure: (at: ContinuousClock.Instant, reason: Unreadiness)?

        mutating func enter(_ phase: Phase) {
            guard phase != self.phase else { return }
            if self.phase == .idle { batchBegan = .now }
            begunSinceCommit = begunSinceCommit ?? .now
            self.phase = phase
            phaseBegan = .now
        }
    }

    private let state = Mutex(State())
    private let metrics: LogMetrics?

    /// - Parameter metrics: counts the batches.
    init(metrics: LogMetrics? = nil) {
        self.metrics = metrics
    }

    /// The time that a batch may take for its locks, or for its commit, before the appender counts as stuck.
    static let longestPhase: Duration = .seconds(2)
    /// The time for which an outcome says how the next batch would fare.
    private static let memory: Duration = .seconds(3)

    /// The appender has taken these commands from its queue.
    func batchTaken(_ entries: [AppendQueue.Entry]) { state.withLock { $0.entries = entries } }

    /// The present batch's commands, where batches have been kept for so long by anything but a commit. The time counts
    /// from the first of them: commands that wait behind a batch that was refused must not wait for its time again.
    func entriesStalled(
        for duration: Duration,
        at now: ContinuousClock.Instant = .now
    ) -> [AppendQueue.Entry]? {
        state.withLock { state in
            guard state.phase == .beginning, let began = state.begunSinceCommit else { return nil }
            return now - began >= duration ? state.entries : nil
        }
    }

    func batchBegins() { state.withLock { $0.enter(.beginning) } }

    func commitBegins() { state.withLock { $0.enter(.committing) } }

    /// The batch was committed.
    ///
    /// - Parameter count: the commands in it; 0 where it had nothing to write.
    func batchCommitted(commands count: Int) {
        let duration = state.withLock { state in
            let now = ContinuousClock.now
            let duration = now - state.phaseBegan
            state.lastCommit = now
            state.failure = nil
            state.enter(.idle)
            state.begunSinceCommit = nil
            return duration
        }
        if count > 0 { metrics?.batchCommitted(commands: count, in: duration) }
    }

    /// The batch failed for a reason that lies outside of it, and waits for its next attempt.
    func batchFailed(_ error: any Error) {
        state.withLock { state in
            state.failure = (.now, Unreadiness(writeFailure: error))
            state.enter(.beginning)
        }
        metrics?.batchFailed()
    }

    /// The batch has been answered.
    func batchEnded() { state.withLock { $0.enter(.idle) } }

    /// The reason why commands are not taken at present, as far as the last batches tell.
    func trouble(at now: ContinuousClock.Instant = .now) -> Unreadiness? {
        state.withLock { state in
            if state.phase == .committing, now - state.phaseBegan > Self.longestPhase { return .slowCommits }
            if let failure = state.failure, now - failure.at < Self.memory { return failure.reason }
            let isStuck = state.phase == .beginning && now - state.batchBegan > Self.longestPhase
            return isStuck ? .commandsWait : nil
        }
    }

    /// True when a batch was committed within the time.
    func hasCommitted(within duration: Duration) -> Bool {
        state.withLock { state in state.lastCommit.map { ContinuousClock.now - $0 < duration } ?? false }
    }

    /// True when the last batch failed for lack of room on the database's disk.
    var lacksRoom: Bool { state.withLock { $0.failure?.reason == .diskFull } }

    /// Notes that the disk has room again.
    func roomFound() {
        state.withLock { state in
            if state.failure?.reason == .diskFull { state.failure = nil }
        }
    }
}
