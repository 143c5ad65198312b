package import Logging
package import Postgres
import Synchronization
package import Telemetry

/// The election of the one process that runs the projections, the maintenance and the relay, of all that serve a
/// database.
///
/// The leader holds a session lock by the connection that writes its work, so that two never write: a process that has
/// lost the lock has lost the connection too. A leader that says nothing for five seconds, since it is stopped, frozen
/// or cut off, loses its session, by the server's own limits or by the other processes.
package final class LeaderElection: Sendable {
    private struct State {
        /// The number of the term; terms count from 1.
        var term: UInt64 = 0
        /// The time at which the last question was sent that the leader's session has answered; nil while this process
        /// does not lead.
        var confirmed: ContinuousClock.Instant?
        var rule = ResignationRule()
        /// Set by a resignation: the time before which this process does not try again.
        var abstainsUntil: ContinuousClock.Instant?
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let resume: FrozenProcessResumer?
    private let logger: Logger
    private let state = Mutex(State())
    private let changes = Counter()

    /// The time for which an answer of the leader's session proves that it leads: less than the silence after which the
    /// session may be ended, which counts from later on.
    private static let lease: Duration = .seconds(4)
    private static let interval: Duration = .seconds(1)
    /// The attempts of a new session, 100 ms apart: the last leader may just be ending.
    private static let quickAttempts = 5

    /// The settings of the session that leads: the server ends a silent one by itself.
    package static let sessionSettings = [
        "idle_session_timeout": "5000",
        "idle_in_transaction_session_timeout": "5000",
    ]

    /// - Parameter resume: lets a stopped server process run, where the server is the service's own.
    package init(resume: FrozenProcessResumer? = nil, logger: Logger) {
        self.resume = resume
        self.logger = logger
    }

    /// True while this process leads. False as soon as its session has been silent for so long that another process
    /// may lead: a process that was stopped does not take itself for the leader when it goes on.
    package var isLeader: Bool {
        state.withLock { state in
            guard let confirmed = state.confirmed else { return false }
            return ContinuousClock.now - confirmed < Self.lease
        }
    }

    /// Registers the gauge of the leadership and the counter of its changes.
    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try registry.gauge(
            "waybill_leader",
            help: "1 while this process leads: it runs the projections and the maintenance for all; else 0."
        ) { self.isLeader ? 1 : 0 }
        try registry.counter(
            "waybill_leader_changes_total",
            help: "Times that this process took the leadership, gave it up or lost it.",
            changes
        )
    }

    /// Waits until this process leads; returns at once while it does. A cancelled task waits no longer.
    package func waitUntilLeading() async {
        while !Task.isCancelled, !isLeader {
            let id = state.withLock { state in
                state.lastWaiter += 1
                return state.lastWaiter
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let mustWait = state.withLock { state in
                        guard state.confirmed == nil, !Task.isCancelled else { return false }
                        state.waiters[id] = continuation
                        return true
                    }
                    if !mustWait { continuation.resume() }
                }
            } onCancel: {
                state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
            }
            // Between a silence and its end the process leads by name alone.
            if !isLeader { try? await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// Takes part in the election by a connection, and runs `lead` whenever this process leads, until `pause` says
    /// false.
    ///
    /// - Parameters:
    ///   - connection: has `sessionSettings`. Its loss ends the leadership.
    ///   - pause: waits for the next moment to look, a second at most; false when the service shuts down.
    ///   - lead: writes by the connection alone, and says something each second. Returning gives the leadership back.
    package func run(
        on connection: PostgresConnection,
        pause: () async -> Bool,
        lead: (LeaderTerm) async throws -> Void
    ) async throws {
        try await connection.query(LeaderLock.register, timeout: LogConnection.readTimeout)
        var watch = LeaderWatch(resume: resume, logger: logger)
        var attempts = 0
        var next = ContinuousClock.now
        repeat {
            let abstainsUntil = state.withLock { $0.abstainsUntil }
            guard .now >= max(next, abstainsUntil ?? next) else { continue }
            next = .now + Self.interval
            let asked = ContinuousClock.now
            let rows = try await connection.query(LeaderLock.tryAcquire, timeout: LogConnection.readTimeout)
            guard try rows.first?.get("is_acquired", as: Bool.self) == true else {
                attempts += 1
                if try await watch.look(on: connection) || attempts < Self.quickAttempts {
                    next = .now
                    try await Task.sleep(for: .milliseconds(100))
                }
                continue
            }
            try await hold(since: asked, hasWaited: attempts >= Self.quickAttempts, on: connection, lead)
            attempts = Self.quickAttempts
            next = .now
        } while await pause()
    }

    private func hold(
        since asked: ContinuousClock.Instant,
        hasWaited: Bool,
        on connection: PostgresConnection,
        _ lead: (LeaderTerm) async throws -> Void
    ) async throws {
        let term = begin(since: asked)
        defer { end(term) }
        await connection.onClose { [weak self] in self?.end(term) }
        logger.log(
            level: hasWaited ? .notice : .info,
            "this process leads now: it runs the projections and the maintenance",
            metadata: ["serverProcess": "\(connection.backendProcessID)"]
        )
        do {
            try await lead(LeaderTerm(number: term, connection: connection, election: self))
        } catch {
            logger.notice("this process does not lead any more", metadata: ["error": "\(error)"])
            throw error
        }
        // Before the lock is free: nobody else leads by then.
        end(term)
        try await connection.query(LeaderLock.release, timeout: LogConnection.readTimeout)
    }

    private func begin(since asked: ContinuousClock.Instant) -> UInt64 {
        let (term, waiters) = state.withLock { state in
            state.term += 1
            state.confirmed = asked
            state.abstainsUntil = nil
            state.rule.termBegins()
            defer { state.waiters = [:] }
            return (state.term, Array(state.waiters.values))
        }
        changes.increment()
        for waiter in waiters { waiter.resume() }
        return term
    }

    private func end(_ term: UInt64) {
        let hasLed = state.withLock { state in
            guard state.term == term else { return false }
            return state.confirmed.take() != nil
        }
        if hasLed { changes.increment() }
    }

    /// Takes note of an answer of the leader's session.
    func confirm(_ term: UInt64, since asked: ContinuousClock.Instant) {
        state.withLock { state in
            guard state.term == term, state.confirmed != nil else { return }
            state.confirmed = asked
        }
    }

    func mustResign(isFailing: Bool) -> Bool { state.withLock { $0.rule.mustResign(isFailing: isFailing) } }

    func resigns() {
        state.withLock { state in
            state.rule.resigned()
            state.abstainsUntil = .now + ResignationRule.abstention
        }
        logger.warning(
            "this process cannot do a part of the leader's work; giving the leadership up to another one for a while"
        )
    }
}
