import Postgres
import Synchronization

/// The appender's present work and its last outcomes, for readiness, and for commands that have waited long enough.
final class AppendActivity: Sendable {
    enum Phase {
        case idle
        /// A batch is connecting, waiting for locks, or being decided.
        case beginning
        /// A batch is being written and committed. One that was decided in memory locks the head too.
        case committing
    }

    /// An attempt to append a batch that waits for its server process.
    struct Attempt {
        let connection: PostgresConnection
        let session: ServerSession
        /// The time at which the present phase of the attempt began.
        var since = ContinuousClock.now
        var isCommitting = false
    }

    struct State {
        var phase = Phase.idle
        var phaseBegan = ContinuousClock.now
        /// The time at which the present batch began its first attempt.
        var batchBegan = ContinuousClock.now
        /// The time at which the first batch after the last commit began; nil while no batch has begun since.
        var begunSinceCommit: ContinuousClock.Instant?
        /// An attempt since the last commit failed for a reason outside of its batch.
        var hasFailedSinceCommit = false
        /// The present batch; empty between two of them.
        var entries: [AppendQueue.Entry] = []
        /// The log's last event before the first attempt to commit the present batch; nil before such an attempt.
        var attemptedAfter: Int64?
        var attempt: Attempt?
        /// The attempt's server process waits for something else than the disk.
        var isKeptFromCommit = false
        /// The attempt's server process was ended, since it did nothing.
        var isAbandoned = false
        var lastCommit: ContinuousClock.Instant?
        /// The time at which a batch was last at work.
        var lastBatch: ContinuousClock.Instant?
        var failure: (at: ContinuousClock.Instant, reason: Unreadiness)?

        mutating func enter(_ phase: Phase) {
            guard phase != self.phase else { return }
            let now = ContinuousClock.now
            if self.phase == .idle { beginBatch(at: now) }
            lastBatch = now
            self.phase = phase
            phaseBegan = now
            isKeptFromCommit = false
            attempt?.since = now
            attempt?.isCommitting = phase == .committing
        }

        private mutating func beginBatch(at now: ContinuousClock.Instant) {
            batchBegan = now
            // After a pause a batch has its full time again.
            if let failure, now - failure.at > AppendActivity.failureMaxAge {
                hasFailedSinceCommit = false
                begunSinceCommit = nil
            }
            begunSinceCommit = begunSinceCommit ?? now
        }

        /// True where batches have been kept for so long by anything but the disk. The time counts from the first of
        /// them: commands that wait behind a batch that was refused must not wait for its time again. A commit after
        /// an attempt that failed has little time of its own: what it waits for may be the same.
        func isStalled(for duration: Duration, at now: ContinuousClock.Instant) -> Bool {
            guard let began = begunSinceCommit, now - began >= duration else { return false }
            switch phase {
            case .idle: return false
            case .beginning: return true
            case .committing:
                return isKeptFromCommit || hasFailedSinceCommit && now - phaseBegan >= AppendActivity.shortCommit
            }
        }
    }

    let state = Mutex(State())
    private let metrics: LogMetrics?

    /// - Parameter metrics: counts the batches.
    init(metrics: LogMetrics? = nil) {
        self.metrics = metrics
    }

    /// The time that a batch may take for its locks, or for its commit, before the appender counts as stuck.
    static let longestPhase: Duration = .seconds(2)
    /// The time for which an outcome says how the next batch would fare.
    static let failureMaxAge: Duration = .seconds(3)

    /// The time after which a commit that follows a failed attempt is no usual one.
    private static let shortCommit: Duration = .milliseconds(250)

    // MARK: A batch

    /// The appender has taken these commands from its queue.
    func batchTaken(_ entries: [AppendQueue.Entry]) {
        state.withLock { state in
            state.entries = entries
            state.attemptedAfter = nil
        }
    }

    func batchBegins() {
        state.withLock { state in
            state.enter(.beginning)
            state.isAbandoned = false
        }
    }

    /// The batch's present attempt uses this connection.
    ///
    /// - Parameter session: nil where the server does not show it: nobody can watch it then.
    func attemptBegins(on connection: PostgresConnection, session: ServerSession?) {
        state.withLock { $0.attempt = session.map { Attempt(connection: connection, session: $0) } }
    }

    /// The batch is about to be written.
    ///
    /// - Parameters:
    ///   - entries: the commands of the attempt.
    ///   - seq: the log's last event before them.
    /// - Returns: false where one of them was refused meanwhile, which must not be written then.
    @discardableResult
    func commitBegins(_ entries: [AppendQueue.Entry] = [], after seq: Int64 = 0) -> Bool {
        state.withLock { state in
            guard !entries.contains(where: \.pendingReceipt.isAnswered) else { return false }
            state.enter(.committing)
            state.attemptedAfter = min(state.attemptedAfter ?? seq, seq)
            return true
        }
    }

    /// The appender has taken these commands too, behind the present batch, which is being committed.
    ///
    /// - Returns: false where one of them was refused meanwhile, which must not be written then.
    func moreTaken(_ entries: [AppendQueue.Entry]) -> Bool {
        state.withLock { state in
            state.entries += entries
            return !entries.contains(where: \.pendingReceipt.isAnswered)
        }
    }

    /// The server has refused to write what was decided before the head was locked. The batch is decided again.
    func commitRefuted() {
        state.withLock { state in
            state.attemptedAfter = nil
            state.enter(.beginning)
        }
        metrics?.batchRefuted()
    }

    /// The batch was committed, or it had nothing to write and was rolled back, which says nothing of the disk.
    ///
    /// - Parameter count: the commands in it; 0 where it had nothing to write.
    func batchCommitted(commands count: Int) {
        let duration = state.withLock { state in
            let now = ContinuousClock.now
            let duration = now - state.phaseBegan
            if count > 0 {
                state.lastCommit = now
                state.failure = nil
                state.hasFailedSinceCommit = false
            }
            state.enter(.idle)
            state.attempt = nil
            if !state.hasFailedSinceCommit { state.begunSinceCommit = nil }
            return duration
        }
        if count > 0 { metrics?.batchCommitted(commands: count, in: duration) }
    }

    /// The batch's commands were decided, and written where anything was accepted.
    func batchDecided(_ entries: [AppendQueue.Entry], _ stages: AppendStages, isWritten: Bool) {
        metrics?.batchDecided(stages, waits: entries.lazy.map { stages.queued($0) }, isWritten: isWritten)
    }

    /// An attempt to append the batch failed.
    ///
    /// - Parameter isOutside: the reason lies outside of the batch, which waits for its next attempt.
    func batchFailed(_ error: any Error, isOutside: Bool = true) {
        state.withLock { state in
            let now = ContinuousClock.now
            if isOutside {
                state.failure = (now, Unreadiness(writeFailure: error))
                state.hasFailedSinceCommit = true
            } else if state.phase == .committing, now - state.phaseBegan > Self.longestPhase {
                // Whatever it was, a commit that was given up after so long tells how the next one would fare.
                state.failure = (now, .slowCommits)
            }
            state.enter(.beginning)
            state.attempt = nil
        }
        metrics?.batchFailed()
    }

    /// The batch has been answered.
    func batchEnded() {
        state.withLock { state in
            state.enter(.idle)
            state.attempt = nil
        }
    }

    // MARK: Stalls

    /// The present batch's commands, where batches have been kept for so long by anything but the disk.
    func entriesStalled(
        for duration: Duration,
        at now: ContinuousClock.Instant = .now
    ) -> [AppendQueue.Entry]? {
        state.withLock { $0.isStalled(for: duration, at: now) ? $0.entries : nil }
    }

    /// The log's last event before the first attempt to commit the present batch, which may have accepted it; nil
    /// before such an attempt.
    var attemptedAfter: Int64? { state.withLock { $0.attemptedAfter } }

    /// Refuses the present batch's single commands that came before a moment, where batches have been kept for so long
    /// by anything but the disk.
    ///
    /// One lock with `commitBegins`: a command that is refused before is not written, so that only those of a commit
    /// that is under way, or of an attempt with an unknown outcome, may be appended all the same.
    ///
    /// - Returns: true where batches are kept.
    func refuseStalled(for duration: Duration, at now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            guard state.isStalled(for: duration, at: now) else { return false }
            for entry in state.entries where !entry.isBulk && entry.queuedAt <= now - duration {
                entry.pendingReceipt.complete(with: .failure(.unavailable))
            }
            return true
        }
    }

    /// The present attempt, where its server process has not answered for so long.
    func attemptWaiting(for duration: Duration, at now: ContinuousClock.Instant = .now) -> Attempt? {
        state.withLock { state in
            guard state.phase != .idle, let attempt = state.attempt else { return nil }
            return now - attempt.since >= duration ? attempt : nil
        }
    }

    /// Notes whether the attempt's server process waits for something else than the disk.
    func note(_ attempt: Attempt, isKeptFromCommit: Bool) {
        state.withLock { state in
            if state.attempt?.since == attempt.since { state.isKeptFromCommit = isKeptFromCommit }
        }
    }

    /// Notes that the attempt's server process is about to be ended.
    ///
    /// - Returns: false where it has answered meanwhile.
    func abandon(_ attempt: Attempt) -> Bool {
        state.withLock { state in
            guard state.attempt?.since == attempt.since else { return false }
            state.isAbandoned = true
            return true
        }
    }

    /// True when the server process of the attempt that has failed was ended, since it did nothing.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }
}
