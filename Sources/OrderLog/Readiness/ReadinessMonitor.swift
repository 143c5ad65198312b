package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// Watches whether commands are taken, reads answered and streams supplied, so that `/readyz` can tell without asking
/// the database.
///
/// Each probe runs beside the others and has its own deadline, so that trouble is known within three seconds. The
/// probes go on while there is trouble: the service is ready again by itself.
package final class ReadinessMonitor: Service {
    /// The last finding of a probe.
    private struct Finding {
        var trouble: Unreadiness? = .starting
        /// The time at which the running probe began; nil between two probes.
        var began: ContinuousClock.Instant?

        /// - Parameter overdue: the trouble that a probe without an answer tells.
        func trouble(at now: ContinuousClock.Instant, overdue: Unreadiness) -> Unreadiness? {
            guard trouble == nil, let began, now - began > WriteProbe.timeout else { return trouble }
            return overdue
        }
    }

    private struct State {
        var writes = Finding()
        var reads: [Finding]
    }

    private let pools: [PostgresPool]
    private let appender: Appender
    private let tail: LogTail
    private let metrics: LogMetrics?
    private let resume: FrozenProcessResumer?
    private let logger: Logger
    private let state: Mutex<State>

    /// The time between two probes.
    private static let interval: Duration = .milliseconds(750)
    /// A commit, or a connection that answered, within this time tells that the next one works too.
    private static let freshness: Duration = .seconds(1)

    /// - Parameters:
    ///   - pools: the pools that answer reads.
    ///   - metrics: records how fast they answer.
    ///   - resume: lets a stopped server process run that keeps the head locked; nil for a server of others.
    package init(
        pools: [PostgresPool],
        appender: Appender,
        tail: LogTail,
        metrics: LogMetrics? = nil,
        resume: FrozenProcessResumer? = nil,
        logger: Logger
    ) {
        self.pools = pools
        self.appender = appender
        self.tail = tail
        self.metrics = metrics
        self.resume = resume
        self.logger = logger
        state = Mutex(State(reads: pools.map { _ in Finding() }))
    }

    /// The reason why the service is not ready at present; nil when it is.
    package var trouble: Unreadiness? {
        let now = ContinuousClock.now
        let (writes, reads) = state.withLock { ($0.writes, $0.reads) }
        if let trouble = appender.activity.trouble(at: now) { return trouble }
        if let trouble = writes.trouble(at: now, overdue: .unreachable) { return trouble }
        for (finding, pool) in zip(reads, pools) where !pool.hasAnswered(within: WriteProbe.timeout) {
            if let trouble = finding.trouble(at: now, overdue: .readsUnanswered) { return trouble }
        }
        return tail.isCurrent ? nil : .tailBehind
    }

    /// Probes until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.probeWrites() }
                for index in self.pools.indices { group.addTask { await self.probeReads(index) } }
                group.addTask { await self.freeHead() }
                group.addTask { await self.report() }
            }
        }
    }

    private func probeWrites() async {
        var probe = WriteProbe(configuration: appender.configuration, logger: logger)
        await repeatedly {
            var trouble: Unreadiness?
            if !appender.activity.hasCommitted(within: Self.freshness) {
                state.withLock { $0.writes.began = .now }
                let lacksRoom = appender.activity.lacksRoom
                trouble = await probe.run(needsRoom: lacksRoom)
                if lacksRoom, trouble == nil { appender.activity.roomFound() }
            }
            state.withLock { $0.writes = Finding(trouble: trouble) }
        }
    }

    /// Frees the head from a frozen server process, while commands wait.
    private func freeHead() async {
        var watch = HeadWatch(configuration: appender.configuration, resume: resume, logger: logger)
        var isWaiting = false
        await repeatedly {
            let mustLook = appender.activity.entriesStalled(for: Self.interval) != nil || lacksHead
            if mustLook {
                await watch.run()
            } else if isWaiting {
                await watch.close()
            }
            isWaiting = mustLook
        }
        await watch.close()
    }

    /// True when the last attempt to lock the head did not succeed.
    private var lacksHead: Bool { state.withLock { $0.writes.trouble == .locked } }

    private func probeReads(_ index: Int) async {
        await repeatedly {
            let began = ContinuousClock.now
            state.withLock { $0.reads[index].began = began }
            var trouble: Unreadiness?
            do {
                try await pools[index].query(LogHead.selectSeq, timeout: WriteProbe.timeout)
                metrics?.databaseAnswered(in: .now - began)
            } catch {
                trouble = .readsUnanswered
            }
            state.withLock { $0.reads[index] = Finding(trouble: trouble) }
        }
    }

    private func repeatedly(_ probe: () async -> Void) async {
        while !Task.isCancelled {
            await probe()
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: Self.interval)
        }
    }

    /// Writes each change to the log.
    private func report() async {
        var reported: Unreadiness? = .starting
        await repeatedly {
            let trouble = trouble
            guard trouble != reported else { return }
            reported = trouble
            if let trouble {
                logger.warning(
                    "not ready: \(trouble.message) /readyz answers 503 until that has passed",
                    metadata: ["reason": "\(trouble.rawValue)"]
                )
            } else {
                logger.notice("ready: commands are taken and reads are answered")
            }
        }
    }
}
