package import Logging
package import OrderLog
package import Postgres
import Primitives
package import Redis
import ServiceLifecycle
import Synchronization

/// Follows the log for an edge and passes its events to a sink: from Redis while messages follow each other, else from
/// the database, which may be a replica that lags.
///
/// The database is read when a message does not follow, when a heartbeat tells of events that did not come, when Redis
/// is silent, and once a second anyway. A primary is listened to while Redis is silent, a replica, where that is
/// impossible, read ten times a second.
package final class EdgeTail: Service, TailState {
    /// A number of events, and the time for which some have been missing.
    package typealias Lag = (events: Int64, age: Duration)

    private let configuration: PostgresConfiguration
    private let registry: EpochRegistry
    private let sink: any LogTailSink
    /// Nil for an edge that follows the database alone.
    private let feed: EdgeFeed?
    private let outlook: EdgeOutlook
    private let recentBytes: Int
    private let metrics: EdgeMetrics
    private let logger: Logger
    private let wakeSignal = WakeSignal()
    private let state = Mutex(EdgeTailState())

    /// The pause after a read that brought nothing, though events are missing.
    private static let replicaPause: Duration = .milliseconds(20)
    /// The time for which a database without the newest epoch is waited for before another host is tried.
    private static let formerPatience: Duration = .seconds(5)
    /// The time between two looks at what keeps a replica from new events.
    private static let lookInterval: Duration = .seconds(1)

    /// - Parameters:
    ///   - configuration: the database that is read, as the service's role.
    ///   - redis: nil for an edge that follows the database alone.
    ///   - recentBytes: the bytes of events before the head that the sink gets first, about.
    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        sink: any LogTailSink,
        redis: RedisConfiguration?,
        codec: RelayCodec,
        outlook: EdgeOutlook,
        recentBytes: Int,
        metrics: EdgeMetrics,
        logger: Logger
    ) {
        self.configuration = LogConnection.configuration(configuration, named: "waybill edge tail")
        self.registry = registry
        self.sink = sink
        feed = redis.map {
            EdgeFeed(configuration: $0, codec: codec, registry: registry, metrics: metrics, logger: logger)
        }
        self.outlook = outlook
        self.recentBytes = recentBytes
        self.metrics = metrics
        self.logger = logger
    }

    // MARK: State

    /// Streams can begin at the tail's end.
    package var isHealthy: Bool { state.withLock { $0.isSupplied(at: .now) } }
    /// The reason why streams are not supplied as they should; nil where they are.
    package var unreadiness: Unreadiness? { state.withLock { $0.unreadiness(at: .now) } }
    /// The events that are missing in streams.
    package var lag: Lag { state.withLock { $0.lag(at: .now) } }
    /// The events that are missing in the database.
    package var replicaLag: Lag { state.withLock { $0.replicaLag(at: .now) } }
    package var pendingBytes: Int { state.withLock { $0.cursor?.pending.byteCount ?? 0 } }

    // MARK: Running

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database and of Redis.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.tick() }
                group.addTask { await self.followRedis() }
                await followDatabase()
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.wakeSignal.close()
        }
        await outlook.close()
    }

    /// Wakes the reader of the database when a read is due.
    private func tick() async {
        var wasFresh = false
        var toldDoubt: ContinuousClock.Instant?
        var obstacle: ReplicaLook.Obstacle?
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: EdgeTailState.activeInterval)
            let now = ContinuousClock.now
            let (isFresh, isDue, doubtedSince) = state.withLock {
                ($0.isFresh(at: now), $0.isReadDue(at: now), $0.doubtedSince(at: now))
            }
            if isFresh != wasFresh { metrics.isConnected(isFresh) }
            if wasFresh, !isFresh { metrics.redisLost() }
            wasFresh = isFresh
            if isDue { wakeSignal.wake() }
            let found = state.withLock { $0.obstacle(at: now) }
            if found != obstacle { report(found) }
            obstacle = found
            if let since = doubtedSince, since != toldDoubt, now - since > Self.formerPatience {
                toldDoubt = since
                logger.warning(
                    """
                    messages of a history that the database does not have are left aside; either the database lags or \
                    is a former one, or a copy of the log uses the same Redis: give that one another Redis
                    """
                )
            }
        }
    }

    private func report(_ obstacle: ReplicaLook.Obstacle?) {
        switch obstacle {
        case .replayPaused:
            logger.warning(
                """
                replay is paused on the replica that this edge reads, so streams stand still; new ones should go to \
                others; on the replica: select pg_wal_replay_resume()
                """
            )
        case .cutOff:
            logger.warning(
                """
                the replica that this edge reads receives nothing from its primary, so streams stand still; new ones \
                should go to others; look at primary_conninfo and at the replica's log
                """
            )
        case nil: logger.notice("over: the replica that this edge reads goes on, or Redis brings the events")
        }
    }

    // MARK: Redis

    private func followRedis() async {
        await feed?.run { isSubscribed in
            if !isSubscribed { self.state.withLock { $0.redisLost() } }
            // Events that were published before are in the database.
            self.wakeSignal.wake()
        } onMessage: {
            self.take($0)
        }
    }

    /// - Returns: true for a message of this log's history.
    private func take(_ message: RelayMessage) -> Bool {
        if case .question = message.content { return false }
        let outcome = state.withLock { state in
            let outcome = state.take(message, at: .now)
            apply(outcome, state)
            return outcome
        }
        if case .answer(let nonce) = message.content { outlook.take(answer: message, to: nonce) }
        guard let outcome else { return false }
        if let need = outcome.need {
            metrics.needsDatabase(need)
            wakeSignal.wake()
        }
        return !outcome.isStale && !outcome.isUnconfirmed
    }

    /// Tells the sink, under the lock, so that events from Redis and from the database reach it in order.
    ///
    /// - Parameter outcome: nil before the tail has begun.
    private func apply(_ outcome: EdgeCursor.Outcome?, _ state: EdgeTailState) {
        guard let outcome, let cursor = state.cursor else { return }
        // Before the sink: an id of an event that streams have must be known.
        registry.extend(to: cursor.history)
        for step in outcome.steps {
            switch step {
            case .publish(let events, let history): sink.publish(events, in: history)
            case .fork(let seq, let history):
                logger.warning(
                    "the log was restored to an earlier state; streams go on after the last common event",
                    metadata: ["lastCommon": "\(seq)"]
                )
                sink.fork(after: seq, to: history)
            }
        }
        outlook.update(
            told: max(cursor.told, cursor.seq),
            database: cursor.databaseHead,
            laggingSince: state.replicaLagging
        )
        metrics.took(outcome)
    }

    // MARK: Database

    private func followDatabase() async {
        let outage = Mutex(
            ConnectionOutage(
                lost: """
                    the edge lost the database; streams go on by Redis where it is there, and connecting is tried again
                    """,
                over: "over: the edge has the database again",
                logger: logger
            )
        )
        let session = ReconnectingSession(configuration: configuration, longestPause: .seconds(2), logger: logger)
        await session.run {
            wakeSignal.isOpen
        } onFailure: { error in
            if outage.withLock({ $0.failed(error) }) { metrics.databaseLost() }
        } body: { connection, works in
            try await follow(on: connection) {
                works()
                outage.withLock { $0.ended() }
            }
        }
    }

    /// - Parameter onRead: called after each read.
    private func follow(on connection: PostgresConnection, onRead: () -> Void) async throws {
        let observation = try await EpochStore.observe(connection, registry: registry)
        state.withLock { $0.isPrimary = observation.isPrimary }
        try await begin(on: connection, observation.history)
        try await withThrowingTaskGroup(of: Void.self) { group in
            if observation.isPrimary { group.addTask { await self.listen() } }
            defer { group.cancelAll() }
            var formerSince: ContinuousClock.Instant?
            var looked: ContinuousClock.Instant?
            state.withLock { $0.databaseLost() }
            repeat {
                try await readPages(on: connection, onRead)
                if !observation.isPrimary, looked.map({ .now - $0 >= Self.lookInterval }) ?? true {
                    looked = .now
                    let look = try await ReplicaLook.take(on: connection)
                    state.withLock { $0.take(look, at: .now) }
                }
                formerSince = state.withLock { $0.lacksEpoch(at: .now) } ? formerSince ?? .now : nil
                if configuration.hosts.count > 1, let since = formerSince, .now - since > Self.formerPatience {
                    state.withLock { $0.hostLeft() }
                    connection.avoidHost()
                    throw PostgresError.replicaBehind
                }
            } while await wakeSignal.wait()
        }
    }

    /// Wakes the reader by the primary's notifications while Redis brings nothing, until the task is cancelled.
    private func listen() async {
        var configuration = configuration
        configuration.applicationName = "waybill edge listener"
        if configuration.hosts.count > 1 { configuration.sessionKind = .primary }
        let listener = PostgresListener(configuration: configuration, channels: [LogConnection.channel], logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in listener.changes where !self.isRedisFresh { self.wakeSignal.wake() }
            }
            do {
                try await listener.run()
            } catch {
                logger.error(
                    "the listener for new events ended; the log is read each second instead",
                    metadata: ["error": "\(error)"]
                )
            }
            group.cancelAll()
        }
    }

    private var isRedisFresh: Bool { state.withLock { $0.isFresh(at: .now) } }

    private func begin(on connection: PostgresConnection, _ history: EpochTable) async throws {
        guard state.withLock({ $0.cursor == nil }) else { return }
        let head = try await LogHead.decodeSeq(connection.query(LogHead.selectSeq))
        let beginning = try await LogBeginning.seq(before: head, bytes: recentBytes, on: connection)
        state.withLock { state in
            state.begin(EdgeCursor(after: beginning, in: history, databaseHead: head))
            sink.begin(after: beginning, in: history)
        }
    }

    /// Reads and delivers pages until the database has no more.
    private func readPages(on connection: PostgresConnection, _ onRead: () -> Void) async throws {
        while true {
            let (hasMore, hasProgress) = try await readPage(on: connection)
            onRead()
            guard hasMore else { return }
            guard hasProgress else { return try await Task.sleep(for: Self.replicaPause) }
        }
    }

    /// Reads and delivers the next events.
    ///
    /// - Returns: whether there may be more, and whether any came.
    private func readPage(on connection: PostgresConnection) async throws -> (hasMore: Bool, hasProgress: Bool) {
        let place = state.withLock { state in state.cursor.map { (start: $0.seq, told: max($0.told, $0.seq)) } }
        guard let place else { return (false, false) }
        let page = try await FollowedPage.read(after: place.start, on: connection, registry: registry)
        metrics.readDatabase()
        return state.withLock { state in
            guard let outcome = state.take(page, after: place.start, told: place.told, at: .now) else {
                return (false, false)
            }
            apply(outcome, state)
            return (page.isCut || state.cursor?.needsDatabase == true, !outcome.steps.isEmpty)
        }
    }
}
