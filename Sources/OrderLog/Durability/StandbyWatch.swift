package import Logging
package import Postgres
import Primitives
import ServiceLifecycle
import Synchronization
package import Telemetry

/// Knows which events standbys have on their disks, and lets replies and frames wait for that: the service of
/// `--durable-on standby`.
///
/// A session of its own looks at the primary: once a second, and at once while anybody waits. A commit that PostgreSQL
/// made wait for a synchronous standby is durable by the first look.
package final class StandbyWatch: Service {
    private struct State {
        var watermark = DurabilityWatermark()
        var waits = DurabilityWaits()
        var outage = DurabilityOutage(at: .now)
        var standbys = 0
        /// The number of the last look that was begun.
        var lookNumber: UInt64 = 0
        /// Nil where the waits are not counted.
        var metrics: DurabilityMetrics?
        /// The time at which something last became durable.
        var lastGain = ContinuousClock.now
        var hasEnded = false
    }

    /// The time for which a reply waits. Longer than the patience after which commands are refused unwritten: the
    /// outcome of one that was written is worth a wait.
    package static let replyTimeout: Duration = .seconds(5)
    /// The time for which a read waits.
    static let readTimeout: Duration = .seconds(2)
    /// The most bytes of commands whose replies wait. Beyond, no further batch begins.
    private static let heldBytes = 64 << 20
    /// The time for the primary's answer to a look.
    private static let lookTimeout: Duration = .seconds(2)
    /// The time from one search for another primary to the next, while commits do not become durable.
    private static let searchInterval: Duration = .seconds(5)

    private let configuration: PostgresConfiguration
    private let registry: EpochRegistry
    private let logger: Logger
    private let state = Mutex(State())
    private let wakeSignal = WakeSignal()

    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        logger: Logger
    ) {
        var configuration = configuration
        configuration.applicationName = "waybill standby watch"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.connectTimeout = min(configuration.connectTimeout, .seconds(2))
        configuration.totalConnectTimeout = min(configuration.totalConnectTimeout, .seconds(4))
        configuration.requestTimeout = LogConnection.readTimeout
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
        let ended = state.withLock { state in
            state.waits.add(goal, at: now, until: deadline, byteCount: byteCount, body)
            return state.hasEnded ? state.waits.takeAll(at: now) : state.waits.takeEnded(by: state.watermark, at: now)
        }
        finish(ended)
        if state.withLock({ !$0.waits.isEmpty }) { wakeSignal.wake() }
    }

    /// Waits a while for events to become durable; no longer while none become durable.
    ///
    /// - Returns: the last of the events, or an earlier one: the last that is durable.
    /// - Throws: `PostgresError.notDurable` where not even an empty log is durable.
    package func reach(_ seq: Int64, in history: EpochTable) async throws(PostgresError) -> Int64 {
        var durable = self.seq(in: history)
        if durable ?? -1 < seq, !isBlocked {
            let promise = OneShotPromise<Bool>()
            whenDurable(through: seq, in: history, until: .now + Self.readTimeout) { promise.fulfill($0) }
            _ = await promise.value()
            durable = self.seq(in: history)
        }
        guard let durable else { throw .notDurable() }
        return min(seq, durable)
    }

    /// As `reach`, for an answer that cannot do without the last of the events.
    ///
    /// - Throws: `PostgresError.notDurable` where they do not become durable in time.
    package func require(_ seq: Int64, in history: EpochTable) async throws(PostgresError) {
        guard try await reach(seq, in: history) == seq else { throw .notDurable() }
    }

    /// Waits a while for everything that has been committed by now to become durable.
    ///
    /// - Parameter history: the present one.
    /// - Throws: `PostgresError.notDurable` where it does not become durable in time.
    func requireEverything(in history: EpochTable) async throws(PostgresError) {
        guard !isBlocked else { throw .notDurable() }
        let promise = OneShotPromise<Bool>()
        whenEverythingIsDurable(in: history, until: .now + Self.readTimeout) { promise.fulfill($0) }
        guard await promise.value() else { throw .notDurable() }
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

    // MARK: The session

    /// Looks at the primary until graceful shutdown or cancellation. Waits that are left then end without success.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.endLate() }
            group.addTask { await self.report() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await follow()
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

    private func follow() async {
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
        var failure = RepeatedReason()
        repeat {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                do {
                    try await begin(on: connection)
                    backoff.reset()
                    try await look(on: connection)
                    await connection.close()
                    return
                } catch {
                    await connection.close(grace: .zero)
                    throw error
                }
            } catch {
                if failure.mustSay("\(error)") {
                    logger.warning(
                        "the positions of the standbys cannot be read; trying again on a new connection",
                        metadata: ["error": "\(error)"]
                    )
                }
                // Ends early when the service shuts down, which the loop's condition sees.
                try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
            }
        } while wakeSignal.isOpen
    }

    private func begin(on connection: PostgresConnection) async throws {
        let history = try await EpochStore.ensure(on: connection, registry: registry, logger: logger)
        let (head, received) = try await StandbyLook.received(on: connection, timeout: LogConnection.readTimeout)
        finish(
            state.withLock { state in
                state.watermark.begin(history, head: head, received: received)
                return state.waits.takeEnded(by: state.watermark, at: .now)
            }
        )
    }

    private func look(on connection: PostgresConnection) async throws {
        var lastSearch = ContinuousClock.now
        while true {
            let (number, began) = state.withLock { state in
                state.lookNumber += 1
                return (state.lookNumber, ContinuousClock.now)
            }
            let known = registry.current
            let look = try await StandbyLook.take(on: connection, timeout: Self.lookTimeout)
            let history = try connection.addEpochs(look.epochs, registry: registry)
            try registry.requireContinuing(history, known, on: connection)
            state.withLock { $0.metrics }?.looked()
            take(look, number: number, began: began, history)
            if isBlocked, .now - lastSearch > Self.searchInterval {
                lastSearch = .now
                await searchPrimary(except: connection)
            }
            guard await pause() else { return }
        }
    }

    private func take(_ look: StandbyLook, number: UInt64, began: ContinuousClock.Instant, _ history: EpochTable) {
        let now = ContinuousClock.now
        finish(
            state.withLock { state in
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
                return state.waits.takeEnded(by: state.watermark, at: now)
            }
        )
    }

    /// Pauses until the next look.
    ///
    /// - Returns: false when the service shuts down and nobody waits.
    private func pause() async -> Bool {
        let waited = state.withLock { state in
            [state.waits.oldest, state.watermark.waitsSince].compactMap { $0 }.min()
                .map { ContinuousClock.now - max($0, state.lastGain) }
        }
        guard wakeSignal.isOpen else {
            // Commands that were taken before the end are still answered, each within its deadline.
            guard let waited, !state.withLock({ $0.waits.isEmpty }) else { return false }
            try? await Task.sleep(for: LookPace.pause(afterWaiting: waited))
            return true
        }
        if let waited {
            try? await Task.sleep(for: LookPace.pause(afterWaiting: waited))
            return true
        }
        let timer = Task { [wakeSignal] in
            try await Task.sleep(for: LookPace.idle)
            wakeSignal.wake()
        }
        _ = await wakeSignal.wait()
        timer.cancel()
        return true
    }

    /// Looks for another server behind the same URL, while this one has no standby: an old primary that nothing has
    /// stopped goes on answering after its standby was promoted. The process leaves it once it has seen the new one.
    private func searchPrimary(except connection: PostgresConnection) async {
        guard configuration.hosts.count > 1 else { return }
        connection.avoidHost()
        do {
            try await PostgresConnection.with(configuration, logger: logger) { other in
                _ = try await EpochStore.ensure(on: other, registry: registry, logger: logger)
            }
        } catch {
            logger.debug("no other primary answers", metadata: ["error": "\(error)"])
        }
    }

    /// Writes to the log when commits no longer become durable, and when they do again.
    private func report() async {
        var reported: (reason: DurabilityOutage.Reason, began: ContinuousClock.Instant)?
        var times = 0
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(100))
            let reason = reason
            if let reason, reported == nil {
                reported = (reason, .now)
                times += 1
                logger.warning(
                    """
                    commits do not become durable on a standby: \(reason.message); replies and frames of such commits \
                    are kept back, and commands are refused
                    """,
                    metadata: ["reason": "\(reason.rawValue)", "times": "\(times)"]
                )
            } else if reason == nil, let over = reported {
                reported = nil
                let seconds = Int((ContinuousClock.now - over.began) / .seconds(1))
                logger.notice(
                    "over: commits become durable on a standby again",
                    metadata: ["reason": "\(over.reason.rawValue)", "seconds": "\(seconds)", "times": "\(times)"]
                )
            }
        }
    }
}
