package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization
package import Telemetry

/// Knows which events standbys have on their disks, and lets replies and frames wait for that: the service of
/// `--durable-on standby`.
///
/// A `StandbyFollower` looks at the primary: once a second, and at once while anybody waits. A commit that PostgreSQL
/// made wait for a synchronous standby is durable by the first look.
package final class StandbyWatch: Service {
    private struct State {
        var watermark = DurabilityWatermark()
        var waits = DurabilityWaits()
        var outage = DurabilityOutage(at: .now)
        var standbys = 0
        /// The number of the last look that was begun.
        var lookNumber: UInt64 = 0
        /// True while the next look waits for the wake-up, or for its time.
        var isResting = false
        /// Nil where the waits are not counted.
        var metrics: DurabilityMetrics?
        /// The time at which something last became durable.
        var lastGain = ContinuousClock.now
        var hasEnded = false
    }

    /// The moment for the next look.
    enum NextLook {
        case after(Duration)
        /// As soon as anybody waits, or after the time: see `rest`.
        case whenWoken(within: Duration)
        /// The service shuts down and nobody waits.
        case never
    }

    /// The time for which a reply waits. Longer than the patience after which commands are refused unwritten: the
    /// outcome of one that was written is worth a wait.
    package static let replyTimeout: Duration = .seconds(5)
    /// The most bytes of commands whose replies wait. Beyond, no further batch begins.
    private static let heldBytes = 64 << 20

    private let configuration: PostgresConfiguration
    let registry: EpochRegistry
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeSignal = WakeSignal()

    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        logger: Logger
    ) {
        self.configuration = configuration
        self.registry = registry
        self.logger = logger
    }

    /// The SQL that an administrator must run so that the watch sees the standbys; nil where it does.
    package static func missingGrant(
        _ configuration: PostgresConfiguration,
        logger: Logger
    ) async throws -> String? {
        try await PostgresConnection.with(configuration, logger: logger) { connection in
            try await missingGrant(on: connection)
        }
    }

    /// The SQL that an administrator must run so that the watch sees the standbys; nil where it does.
    package static func missingGrant(on connection: PostgresConnection) async throws -> String? {
        try await StandbyLook.missingGrant(on: connection)
    }

    /// Looks once at the standbys of the database, as the watch does.
    ///
    /// - Returns: the number of standbys that count, and the bytes of the log of changes that they do not have on
    ///   their disks; nil where nothing is durable on them.
    package static func look(on connection: PostgresConnection) async throws -> (standbys: Int, behind: Int64?) {
        let look = try await StandbyLook.take(on: connection, timeout: LogConnection.readTimeout)
        return (look.outcome.standbys, look.outcome.flushed.map { max(0, look.written - $0) })
    }

    /// Registers the metrics of the waits and of the standbys.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        let metrics = try DurabilityMetrics(registry) { [weak self] in self?.findings ?? .init() }
        state.withLock { $0.metrics = metrics }
    }

    // MARK: Findings

    private var findings: DurabilityMetrics.Findings {
        state.withLock { state in
            var findings = DurabilityMetrics.Findings()
            findings.standbys = state.standbys
            findings.waiting = state.waits.count
            findings.lagEvents = max(0, state.watermark.head - (state.watermark.seq ?? 0))
            findings.lagSeconds = state.watermark.waitsSince.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
            return findings
        }
    }

    /// False once the service has ended, and waits end at once.
    var isOpen: Bool { state.withLock { !$0.hasEnded } }

    /// True while commits do not become durable, so that nothing should be written that nobody may be told of.
    package var isBlocked: Bool { reason != nil }

    /// The reason why commits do not become durable; nil where they do.
    var reason: DurabilityOutage.Reason? {
        state.withLock { $0.outage.reason(at: .now, waitsSince: $0.watermark.waitsSince) }
    }

    /// True until the standbys have confirmed the log for the first time.
    var isStarting: Bool { state.withLock { $0.watermark.seq == nil } }

    /// The last durable event of a history; nil where not even an empty log is durable.
    func seq(in history: EpochTable) -> Int64? { state.withLock { $0.watermark.seq(in: history) } }

    // MARK: Waits

    /// Calls `body` once events are durable, or without success at the deadline; at once where they are.
    ///
    /// - Parameters:
    ///   - seq: the last of the events.
    ///   - history: the history that they belong to.
    ///   - deadline: nil to wait without end.
    ///   - byteCount: the memory that the wait keeps, about.
    func whenDurable(
        through seq: Int64,
        in history: EpochTable,
        until deadline: ContinuousClock.Instant?,
        byteCount: Int = 0,
        _ body: @escaping @Sendable (Bool) -> Void
    ) {
        add(.events(through: seq, history), until: deadline, byteCount: byteCount, body)
    }

    /// Calls `body` once everything that has been committed by now is durable, or without success at the deadline.
    func whenEverythingIsDurable(
        in history: EpochTable,
        until deadline: ContinuousClock.Instant?,
        byteCount: Int = 0,
        _ body: @escaping @Sendable (Bool) -> Void
    ) {
        // The look that is under way may have begun before the commit.
        let next = state.withLock { $0.lookNumber + 1 }
        add(.look(next, history), until: deadline, byteCount: byteCount, body)
    }

    private func add(
        _ goal: DurabilityWaits.Goal,
        until deadline: ContinuousClock.Instant?,
        byteCount: Int,
        _ body: @escaping @Sendable (Bool) -> Void
    ) {
        let now = ContinuousClock.now
        let (ended, isWaiting) = state.withLock { state in
            state.waits.add(goal, at: now, until: deadline, byteCount: byteCount, body)
            let ended =
                state.hasEnded ? state.waits.takeAll(at: now) : state.waits.takeEnded(by: state.watermark, at: now)
            return (ended, !state.waits.isEmpty)
        }
        finish(ended)
        if isWaiting { endRest() }
    }

    /// Waits until there is room for more replies that wait.
    func waitForRoom() async {
        while state.withLock({ $0.waits.byteCount > Self.heldBytes }), !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private func finish(_ ended: [DurabilityWaits.Ended]) {
        guard !ended.isEmpty else { return }
        let metrics = state.withLock { $0.metrics }
        for wait in ended {
            metrics?.ended(wait)
            wait.body(wait.isDurable)
        }
    }

    // MARK: Running

    /// Looks at the primary until graceful shutdown or cancellation. Waits that are left then end without success.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.endLate() }
            group.addTask { await self.report() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await StandbyFollower(configuration, registry: registry, watch: self, logger: logger).run()
            } onCancelOrGracefulShutdown: {
                self.wakeSignal.close()
            }
            group.cancelAll()
        }
        let left = state.withLock { state in
            state.hasEnded = true
            return state.waits.takeAll(at: .now)
        }
        finish(left)
    }

    /// Ends the waits whose deadlines pass, whatever the database does.
    private func endLate() async {
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(50))
            finish(state.withLock { $0.waits.takeEnded(by: $0.watermark, at: .now) })
        }
    }

    private func report() async {
        var report = DurabilityReport(logger: logger)
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(100))
            report.tell(reason)
        }
    }

    // MARK: Calls of the follower

    /// False once the service shuts down.
    var mustFollow: Bool { wakeSignal.isOpen }

    /// Takes the history and the end of the log of a new session, as `DurabilityWatermark.begin`.
    func sessionBegan(_ history: EpochTable, head: Int64, received: Int64?) {
        finish(
            state.withLock { state in
                state.watermark.begin(history, head: head, received: received)
                return state.waits.takeEnded(by: state.watermark, at: .now)
            }
        )
    }

    /// Begins a look.
    ///
    /// - Returns: its number.
    func lookBegins() -> UInt64 {
        state.withLock { state in
            state.lookNumber += 1
            return state.lookNumber
        }
    }

    /// Takes the findings of a look, and ends the waits that are over.
    ///
    /// - Parameters:
    ///   - number: as `lookBegins` has returned it at `began`.
    ///   - history: the history of the session's server.
    func take(_ look: StandbyLook, number: UInt64, began: ContinuousClock.Instant, _ history: EpochTable) {
        let now = ContinuousClock.now
        let (ended, metrics) = state.withLock { state in
            let before = state.watermark.lookNumber
            state.watermark.extend(to: history)
            state.watermark.take(
                look: number,
                at: began,
                seq: look.seq,
                written: look.written,
                flushed: look.outcome.flushed
            )
            if state.watermark.lookNumber > before { state.lastGain = now }
            state.standbys = look.outcome.standbys
            state.outage.looked(at: now, standbys: look.outcome.standbys)
            return (state.waits.takeEnded(by: state.watermark, at: now), state.metrics)
        }
        metrics?.looked()
        finish(ended)
    }

    /// The moment for the next look, after one has ended.
    func nextLook() -> NextLook {
        state.withLock { state in
            let lagsSince = state.watermark.waitsSince
            guard let oldest = state.waits.oldest else {
                // Commands that were taken before the end are still answered, each within its deadline.
                guard wakeSignal.isOpen else { return .never }
                state.isResting = true
                return .whenWoken(within: lagsSince == nil ? LookPace.idle : LookPace.lagging)
            }
            let began = max(min(oldest, lagsSince ?? oldest), state.lastGain)
            return .after(LookPace.pause(afterWaiting: ContinuousClock.now - began))
        }
    }

    /// Waits until anybody waits for a look, the time has passed, or the service shuts down.
    func rest(for time: Duration) async {
        let timer = Task {
            // A cancelled sleep means that the rest is over.
            try await Task.sleep(for: time)
            self.endRest()
        }
        _ = await wakeSignal.wait()
        timer.cancel()
    }

    /// Wakes the follower where it rests; once, so that no wake-up is left for the rest after that.
    private func endRest() {
        let wasResting = state.withLock { state in
            defer { state.isResting = false }
            return state.isResting
        }
        if wasResting { wakeSignal.wake() }
    }
}
