import Synchronization

/// Readiness for commands, as far as the last batches tell.
extension AppendActivity {
    /// The reason why commands are not taken at present, as far as the last batches tell.
    func unreadiness(at now: ContinuousClock.Instant = .now) -> Unreadiness? {
        state.withLock { state in
            if state.phase == .committing, now - state.phaseBegan > Self.longestPhase {
                return state.isKeptFromCommit ? .commandsWait : .slowCommits
            }
            if let failure = state.failure, now - failure.at < Self.failureMaxAge { return failure.reason }
            let isStuck = state.phase == .beginning && now - state.batchBegan > Self.longestPhase
            return isStuck ? .commandsWait : nil
        }
    }

    /// True when a batch was committed within the time.
    func hasCommitted(within duration: Duration) -> Bool {
        state.withLock { state in state.lastCommit.map { ContinuousClock.now - $0 < duration } ?? false }
    }

    /// True while a batch is being written and committed.
    var isCommitting: Bool { state.withLock { $0.phase == .committing } }

    /// The time at which a batch was last at work; nil before the first.
    var lastBatch: ContinuousClock.Instant? { state.withLock { $0.lastBatch } }

    /// True when the last batch failed for lack of room on the database's disk.
    var hasFoundDiskFull: Bool { state.withLock { $0.failure?.reason == .diskFull } }

    /// Notes that the disk has room again.
    func diskHasRoom() {
        state.withLock { state in
            if state.failure?.reason == .diskFull { state.failure = nil }
        }
    }
}
