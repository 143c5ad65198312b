package import Logging
package import OrderLog
package import Postgres
import ServiceLifecycle
package import Telemetry

/// Follows the log for the read models while its process leads: each batch of events becomes rows and a checkpoint in
/// one transaction, so that every event counts exactly once, also after lost connections and crashes, and beside the
/// projector of a version of Waybill that knows of no leader.
package final class Projector: Service {
    private let follower: LogFollower
    private let registry: EpochRegistry
    private let models: [any ReadModel]
    private let batchLimit: Int
    private let pace: ProjectionPace
    private let election: LeaderElection
    private let tailed = TailedEvents()
    private let watch: StandbyWatch?
    private let metrics: ProjectorMetrics?
    private let logger: Logger

    /// The time without an answer after which the connection is closed. Longer than the server's own limit for a
    /// statement.
    private static let timeout: Duration = .seconds(15)

    /// - Parameters:
    ///   - batchLimit: the largest number of events in one transaction.
    ///   - pace: shared with the readers that may have to wait for the models.
    ///   - election: decides which process follows the log.
    ///   - isWokenByTail: the projector is a sink of the process's tail, so that it need not listen for new events.
    ///   - watch: knows which events may be folded, since the models are told to everybody; nil for all.
    ///   - metrics: counts what is folded.
    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        models: [any ReadModel] = ReadModels.followed,
        batchLimit: Int = 8000,
        pace: ProjectionPace = ProjectionPace(),
        election: LeaderElection,
        isWokenByTail: Bool = false,
        watch: StandbyWatch? = nil,
        metrics: ProjectorMetrics? = nil,
        logger: Logger
    ) {
        let hears: @Sendable (_ payload: String) -> Bool = { _ in true }
        follower = LogFollower(
            name: "waybill projector",
            configuration: configuration,
            settings: [
                // Rows and checkpoint can be lost together and are then folded again: only the events must survive a
                // crash, and the appender's flushes need the disk.
                "synchronous_commit": "off",
                "jit": "off",
            ].merging(ReadModels.sessionSettings) { $1 }.merging(LeaderElection.sessionSettings) { $1 },
            handlers: [FoldRequests.channel: { _ in pace.endPause() }],
            isNews: isWokenByTail ? nil : hears,
            logger: logger
        )
        self.registry = registry
        self.models = models
        self.batchLimit = batchLimit
        self.pace = pace
        self.election = election
        self.watch = watch
        self.metrics = metrics
        self.logger = logger
    }

    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        try ListenerMetrics.register(follower.listenerCounts, named: "projector", in: registry)
    }

    /// Takes the next events of the tail; none where it begins anew.
    func take(_ events: [LoggedEvent], in history: EpochTable) {
        // A process that does not lead needs none.
        if events.isEmpty || !pace.isRunning { tailed.removeAll() } else { tailed.add(events, in: history) }
        follower.wake()
    }

    /// Takes part in the election, and follows the log while this process leads, until graceful shutdown or
    /// cancellation; survives any loss of the database.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await follower.run { connection in
                // A standby and a former server elect nobody.
                try await EpochStore.check(connection, in: registry)
                try await election.run(on: connection) {
                    await follower.waitForWakeUp()
                } lead: { term in
                    pace.isRunning = true
                    defer {
                        pace.isRunning = false
                        metrics?.stopped()
                    }
                    try await follow(on: connection, during: term)
                }
            }
        } onCancelOrGracefulShutdown: {
            self.pace.close()
        }
    }

    /// Follows the log until the service shuts down, or this process gives the leadership up.
    private func follow(on connection: PostgresConnection, during term: LeaderTerm) async throws {
        // The epochs of this connection's server; the registry may know those of another one.
        var state = FollowState(
            history: try await EpochStore.ensure(on: connection, registry: registry, logger: logger),
            pages: EventPages(tailed, limit: batchLimit, timeout: Self.timeout)
        )
        repeat {
            let began = ContinuousClock.now
            state.eventCount = 0
            try await catchUp(on: connection, during: term, &state)
            state.pages.forget()
            if try await term.resigns(isFailing: !state.failures.isEmpty) { return }
            await pace.pause(since: began, eventCount: state.eventCount)
        } while await follower.waitForWakeUp()
    }

    /// The log as it is known on one connection.
    private struct FollowState {
        var history: EpochTable
        var pages: EventPages
        var notices: [String: CatchUpNotices] = [:]
        /// The time of each model's last failure, for the models whose last batch could not be applied.
        var failures: [String: ContinuousClock.Instant] = [:]
        /// The last event that may be folded.
        var limit = Int64.max
        /// The number of events folded in this round, counted once for each model.
        var eventCount = 0
    }

    /// Folds one batch for each model in turn, so that a model that is far behind does not delay the others.
    private func catchUp(
        on connection: PostgresConnection,
        during term: LeaderTerm,
        _ state: inout FollowState
    ) async throws {
        var behind = models
        while !behind.isEmpty, follower.isOpen {
            var stillBehind: [any ReadModel] = []
            for model in behind {
                // Each time: a batch may take seconds.
                try await term.confirm()
                if try await attempt(model, on: connection, &state) { stillBehind.append(model) }
            }
            behind = stillBehind
        }
    }

    /// Folds one batch for a model. A failure stops this model alone; the model is tried again after 800 ms.
    ///
    /// - Returns: true when there may be more to fold.
    private func attempt(
        _ model: any ReadModel,
        on connection: PostgresConnection,
        _ state: inout FollowState
    ) async throws -> Bool {
        if let failed = state.failures[model.name], .now - failed < .milliseconds(800) { return false }
        do {
            let isBehind = try await foldNextBatch(model, on: connection, &state)
            state.failures[model.name] = nil
            return isBehind
        } catch {
            try requireConnection(connection, after: error)
            state.failures[model.name] = .now
            metrics?.failed(model.name)
            logger.error(
                "a read model cannot fold the next events; it stays at its checkpoint and is tried again",
                metadata: ["model": "\(model.name)", "error": "\(error)"]
            )
            do {
                try await connection.pipeline([Checkpoint.setFailed(true, of: model.name)], timeout: Self.timeout)
            } catch {
                // A full disk refuses this too; the lag tells of it.
                try requireConnection(connection, after: error)
            }
            return false
        }
    }

    /// - Throws: the error, where it is the end of the connection.
    private func requireConnection(_ connection: PostgresConnection, after error: any Error) throws {
        guard connection.isOpen, (error as? PostgresError)?.isConnectionLoss != true else { throw error }
    }

    private func foldNextBatch(
        _ model: any ReadModel,
        on connection: PostgresConnection,
        _ state: inout FollowState
    ) async throws -> Bool {
        let known = registry.current
        let newer = EpochStore.newer.query(after: state.history.newestOrdinal)
        let results = try await connection.pipeline([Checkpoint.select(model.name), newer], timeout: Self.timeout)
        state.history.merge(try EpochStore.decode(results[1]))
        try registry.requireContinuing(state.history, known, on: connection)
        let checkpoint = try Checkpoint.decodeWithFailure(results[0], model: model.name)
        let head = try Checkpoint.decodeHead(results[0], model: model.name)
        metrics?.looked(at: model.name, behind: head - checkpoint.seq)
        if let notice = state.notices[model.name, default: CatchUpNotices()]
            .observe(seq: checkpoint.seq, head: head, at: .now)
        {
            log(notice, of: model.name)
        }
        if checkpoint.seq == head, checkpoint.isValid(in: state.history, head: head) {
            // A replay or a restore has removed what failed.
            if checkpoint.hasFailed {
                try await connection.pipeline([Checkpoint.setFailed(false, of: model.name)], timeout: Self.timeout)
            }
            return false
        }
        // Before the transaction, which locks the checkpoint.
        if let watch {
            // Nil while nothing is known of what a standby has: nothing has failed then.
            guard let durable = await watch.lastDurable(upTo: head, in: state.history) else { return false }
            state.limit = durable
        }
        return try await connection.withTransaction("begin isolation level read committed") { transaction in
            try await advance(model, on: transaction, &state)
        }
    }

    private func log(_ notice: CatchUpNotices.Notice, of model: String) {
        switch notice {
        case .began(let behind):
            logger.notice(
                "a read model is far behind the log; it follows, and shows earlier states until it has caught up",
                metadata: ["model": "\(model)", "eventsBehind": "\(behind)"]
            )
        case .continues(let behind, let eventsPerSecond, let secondsLeft):
            logger.notice(
                "a read model follows the log",
                metadata: [
                    "model": "\(model)", "eventsBehind": "\(behind)", "eventsPerSecond": "\(eventsPerSecond)",
                    "secondsLeft": "\(secondsLeft)",
                ]
            )
        case .ended(let seconds):
            logger.notice(
                "a read model has caught up with the log",
                metadata: ["model": "\(model)", "seconds": "\(seconds)"]
            )
        }
    }

    private func advance(
        _ model: any ReadModel,
        on transaction: PostgresConnection,
        _ state: inout FollowState
    ) async throws -> Bool {
        let results = try await transaction.pipeline(
            [
                Checkpoint.selectForUpdate(model.name), PostgresQuery(LogHead.selectSeq),
                Checkpoint.selectServedVersion(model.name),
                EpochStore.newer.query(after: state.history.newestOrdinal),
            ],
            timeout: Self.timeout
        )
        state.history.merge(try EpochStore.decode(results[3]))
        let checkpoint = try Checkpoint.decode(results[0], model: model.name)
        let head = try LogHead.decodeSeq(results[1])
        // A replay has replaced the served version meanwhile: the next round follows the new one.
        let served = try results[2].first.map { try $0.get("version", as: Int32.self) }
        guard served == Int32(checkpoint.version) else { return true }
        guard checkpoint.isValid(in: state.history, head: head) else {
            logger.warning(
                "the log was restored to an earlier state; the read model is built again from the first event",
                metadata: [
                    "model": "\(model.name)", "checkpoint": "\(checkpoint.epoch)-\(checkpoint.seq)", "head": "\(head)",
                ]
            )
            try await transaction.pipeline(
                [
                    Checkpoint.clear(model.name, version: checkpoint.version),
                    ServedLayouts.set(model.layout, of: model.name, version: checkpoint.version),
                ],
                timeout: Self.timeout
            )
            return true
        }
        let limit = state.limit
        let events = try await state.pages.events(
            after: checkpoint.seq,
            through: head,
            in: state.history,
            on: transaction
        ).prefix { $0.seq <= limit }
        guard let first = events.first, let last = events.last else { return false }
        guard first.seq == checkpoint.seq + 1 else { throw ProjectionFailure.gap(after: checkpoint.seq) }
        try await model.apply(Array(events), version: checkpoint.version, on: transaction)
        try await transaction.pipeline(
            [Checkpoint.move(model.name, version: checkpoint.version, to: state.history.position(of: last.seq))],
            timeout: Self.timeout
        )
        state.eventCount += events.count
        metrics?.folded(events.count, into: model.name)
        return state.pages.isFull
    }
}
