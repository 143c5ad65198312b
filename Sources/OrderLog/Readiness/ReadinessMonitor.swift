package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// Watches whether commands are taken, reads answered and streams supplied, so that `/readyz` can tell without asking
/// the database.
///
/// Each probe runs beside the others and has its own deadline, so that trouble is known within three seconds. The
/// probes go on while there is trouble: the service is ready again by itself.
package final class ReadinessMonitor: Service, ReadinessSource {
    /// The last finding of a probe.
    private struct Finding {
        var unreadiness: Unreadiness? = .starting
        /// The time at which the running probe began; nil between two probes.
        var began: ContinuousClock.Instant?

        /// - Parameter overdue: the trouble that a probe without an answer tells.
        func unreadiness(at now: ContinuousClock.Instant, overdue: Unreadiness) -> Unreadiness? {
            guard unreadiness == nil, let began, now - began > WriteProbe.timeout else { return unreadiness }
            return overdue
        }
    }

    private struct State {
        var writes = Finding()
        var reads = Finding()
        /// A frozen server process keeps the head locked, and does not end.
        var isHeadFrozen = false
        /// Commits wait for a synchronous standby.
        var isStandbyMissing = false
    }

    private let pools: [PostgresPool]
    private let appender: Appender
    private let tail: LogTail
    private let watch: StandbyWatch?
    private let metrics: LogMetrics?
    private let resume: FrozenProcessResumer?
    private let logger: Logger
    private let state = Mutex(State())

    /// The time between two probes.
    private static let interval: Duration = .milliseconds(750)
    /// A commit, or a connection that answered, within this time tells that the next one works too.
    private static let freshness: Duration = .seconds(1)
    /// The number of reads of a pool that missed their deadlines one after another, and the time for which that counts:
    /// such reads are not answered, whatever the probe finds.
    private static let lateReads = (count: 3, maxAge: Duration.seconds(10))

    /// - Parameters:
    ///   - pools: the pools that answer reads.
    ///   - watch: knows whether commits reach a standby; nil where nobody waits for that.
    ///   - metrics: records how fast they answer.
    ///   - resume: lets a stopped server process run that keeps the head locked; nil for a server of others.
    package init(
        pools: [PostgresPool],
        appender: Appender,
        tail: LogTail,
        watch: StandbyWatch? = nil,
        metrics: LogMetrics? = nil,
        resume: FrozenProcessResumer? = nil,
        logger: Logger
    ) {
        self.pools = pools
        self.appender = appender
        self.tail = tail
        self.watch = watch
        self.metrics = metrics
        self.resume = resume
        self.logger = logger
    }

    /// The reason why the service is not ready at present; nil when it is.
    package var unreadiness: Unreadiness? {
        let now = ContinuousClock.now
        let durability = watch?.reason
        // It has more consequences, such as commits that take long.
        if let durability, durability != .unknown { return .notDurable }
        let (reads, isHeadFrozen, isStandbyMissing) = state.withLock {
            ($0.reads, $0.isHeadFrozen, $0.isStandbyMissing)
        }
        // So has this: what the appender meets differs from one attempt to the next.
        if isStandbyMissing { return .standbyMissing }
        if let trouble = writeTrouble(at: now) { return isHeadFrozen ? .frozenProcess : trouble }
        if !pools.contains(where: { $0.hasAnswered(within: WriteProbe.timeout) }),
            let unreadiness = reads.unreadiness(at: now, overdue: .readsUnanswered)
        {
            return unreadiness
        }
        let late = Self.lateReads
        if pools.contains(where: { $0.lateInRow(within: late.maxAge) >= late.count }) { return .readsUnanswered }
        if durability != nil || watch?.isStarting ?? false { return .notDurable }
        return tail.isCurrent ? nil : .tailBehind
    }

    /// The reason why commands are not taken, as the last batches and the probe tell.
    private func writeTrouble(at now: ContinuousClock.Instant = .now) -> Unreadiness? {
        appender.activity.unreadiness(at: now)
            ?? state.withLock { $0.writes }.unreadiness(at: now, overdue: .unreachable)
    }

    /// Probes until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.probeWrites() }
                group.addTask { await self.probeReads() }
                group.addTask { await self.freeHead() }
                group.addTask { await self.watchStandbys() }
                group.addTask { await self.report() }
            }
        }
    }

    private func probeWrites() async {
        var probe = WriteProbe(configuration: appender.configuration, registry: appender.registry, logger: logger)
        var schedule = ProbeSchedule()
        let activity = appender.activity
        await repeatedly {
            var unreadiness: Unreadiness?
            // A commit that is under way tells by itself how long it takes, and holds the head meanwhile.
            if !activity.hasCommitted(within: Self.freshness), !activity.isCommitting {
                state.withLock { $0.writes.began = .now }
                let needsRoom = activity.hasFoundDiskFull
                let commits = needsRoom || schedule.mustCommit(at: .now, lastBatch: activity.lastBatch)
                unreadiness = await probe.run(commits: commits, needsRoom: needsRoom)
                if unreadiness == .locked, activity.isCommitting { unreadiness = nil }
                if needsRoom, unreadiness == nil { activity.diskHasRoom() }
                schedule.probed(at: .now, committed: commits, unreadiness)
            }
            state.withLock { $0.writes = Finding(unreadiness: unreadiness) }
        }
    }

    /// Frees the head from a frozen server process, while commands wait.
    private func freeHead() async {
        var watch = HeadWatch(configuration: appender.configuration, resume: resume, logger: logger)
        var isWaiting = false
        await repeatedly {
            let mustLook = appender.activity.entriesStalled(for: Self.interval) != nil || lacksHead
            var isHeadFrozen = false
            if mustLook {
                isHeadFrozen = await watch.run()
            } else if isWaiting {
                await watch.close()
            }
            state.withLock { $0.isHeadFrozen = isHeadFrozen }
            isWaiting = mustLook
        }
        await watch.close()
    }

    /// Looks for commits that wait for a synchronous standby, while there is trouble that this would explain.
    private func watchStandbys() async {
        var watch = SynchronousWaitWatch(configuration: appender.configuration, logger: logger)
        var isMissing = false
        await repeatedly {
            let mayExplain = writeTrouble().map(Self.followsFromWaits) ?? false
            if mayExplain || isMissing {
                isMissing = await watch.run()
                state.withLock { $0.isStandbyMissing = isMissing }
            } else {
                await watch.close()
            }
        }
        await watch.close()
    }

    private static func followsFromWaits(_ trouble: Unreadiness) -> Bool {
        [.slowCommits, .commandsWait, .locked, .unreachable].contains(trouble)
    }

    /// True when the last attempt to lock the head did not succeed.
    private var lacksHead: Bool {
        state.withLock { $0.writes.unreadiness == .locked || $0.writes.unreadiness == .slowCommits }
    }

    private func probeReads() async {
        var probe = ReadProbe(configuration: appender.configuration, logger: logger)
        await repeatedly {
            let began = ContinuousClock.now
            state.withLock { $0.reads.began = began }
            var unreadiness: Unreadiness?
            do {
                try await probe.run()
                metrics?.databaseAnswered(in: .now - began)
            } catch {
                unreadiness = Unreadiness(readFailure: error)
            }
            state.withLock { $0.reads = Finding(unreadiness: unreadiness) }
        }
    }

    private func repeatedly(_ probe: () async -> Void) async {
        while !Task.isCancelled {
            await probe()
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func report() async {
        var report = ReadinessReport(ready: "ready: commands are taken and reads are answered", logger: logger)
        await repeatedly { report.tell(unreadiness) }
    }
}
