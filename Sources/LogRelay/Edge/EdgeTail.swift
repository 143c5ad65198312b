package import Logging
import NIOCore
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

    private struct State {
        /// Nil until the log was read for the first time.
        var cursor: EdgeCursor?
        /// The time of the last message of this log's history.
        var lastMessage: ContinuousClock.Instant?
        /// The time at which the database was read last.
        var lastRead: ContinuousClock.Instant?
        /// The beginnings of what is missing now; nil where nothing is.
        var lagging: ContinuousClock.Instant?
        var replicaLagging: ContinuousClock.Instant?
        /// The events that the database lacked when it was read last, of those that were known before the read.
        var replicaMissing: Int64 = 0
        var isPrimary = false

        /// Messages of Redis follow each other at present.
        func isFresh(at now: ContinuousClock.Instant) -> Bool {
            lastMessage.map { now - $0 < EdgeTail.silence } ?? false
        }

        /// Redis or the database tells of new events at present.
        func isSupplied(at now: ContinuousClock.Instant) -> Bool {
            isFresh(at: now) || (lastRead.map { now - $0 < EdgeTail.patience } ?? false)
        }
    }

    private let configuration: PostgresConfiguration
    private let registry: EpochRegistry
    private let sink: any LogTailSink
    private let redis: RedisConfiguration?
    private let codec: RelayCodec
    private let outlook: EdgeOutlook
    private let recentBytes: Int
    private let metrics: EdgeMetrics
    private let logger: Logger
    private let wakeSignal = WakeSignal()
    private let state = Mutex(State())

    /// The time without a message after which Redis counts as silent.
    private static let silence: Duration = .seconds(2)
    /// The time without a message after which another server of Redis is tried.
    private static let longSilence: Duration = .seconds(10)
    /// The time without a read of the database after which streams are no longer supplied by it.
    private static let patience: Duration = .milliseconds(2500)
    /// The times between two reads of the database: while Redis tells of new events, and while it does not.
    private static let (idleInterval, activeInterval): (Duration, Duration) = (.seconds(1), .milliseconds(100))
    /// The pause after a read that brought nothing, though events are missing.
    private static let replicaPause: Duration = .milliseconds(20)
    /// The time for which a replica without the newest epoch is waited for before another host is tried.
    private static let formerPatience: Duration = .seconds(5)

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
        var configuration = configuration
        configuration.applicationName = "waybill edge tail"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.requestTimeout = LogConnection.requestTimeout
        self.configuration = configuration
        self.registry = registry
        self.sink = sink
        self.redis = redis
        self.codec = codec
        self.outlook = outlook
        self.recentBytes = recentBytes
        self.metrics = metrics
        self.logger = logger
    }

    // MARK: State

    /// Streams can begin at the tail's end.
    package var isHealthy: Bool { state.withLock { $0.cursor != nil && $0.isSupplied(at: .now) } }

    /// The reason why streams are not supplied as they should; nil where they are.
    package var unreadiness: Unreadiness? {
        let now = ContinuousClock.now
        return state.withLock { state in
            if state.cursor == nil { return .starting }
            if !state.isSupplied(at: now) { return .tailBehind }
            let lagging = state.lagging.map { now - $0 > .seconds(5) } ?? false
            return lagging ? .replicaBehind : nil
        }
    }

    /// The events that are missing in streams.
    package var lag: Lag {
        state.withLock { ($0.cursor?.lag ?? 0, $0.lagging.map { .now - $0 } ?? .zero) }
    }

    /// The events that are missing in the database.
    package var replicaLag: Lag {
        state.withLock { ($0.replicaMissing, $0.replicaLagging.map { .now - $0 } ?? .zero) }
    }

    package var pendingBytes: Int { state.withLock { $0.cursor?.pending.byteCount ?? 0 } }

    // MARK: Running

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database and of Redis.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.tick() }
                if let redis { group.addTask { await self.followRedis(redis) } }
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
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: Self.activeInterval)
            let now = ContinuousClock.now
            let (isFresh, isDue) = state.withLock { state in
                let isFresh = state.isFresh(at: now)
                // The listener of a primary tells of events, and each second is enough to make sure.
                let isQuick = !isFresh && !state.isPrimary || state.cursor?.needsDatabase == true
                let interval = isQuick ? Self.activeInterval * 0.9 : Self.idleInterval
                return (isFresh, state.lastRead.map { now - $0 >= interval } ?? true)
            }
            if isFresh != wasFresh { metrics.isConnected(isFresh) }
            if wasFresh, !isFresh { metrics.redisLost() }
            wasFresh = isFresh
            if isDue { wakeSignal.wake() }
        }
    }

    // MARK: Redis

    private func followRedis(_ redis: RedisConfiguration) async {
        while !Task.isCancelled {
            guard let channels = RelayChannels(registry.current) else {
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: Self.activeInterval)
                continue
            }
            let outage = Mutex(
                ConnectionOutage(
                    lost: "the edge lost Redis; events are read from the database, and connecting is tried again",
                    over: "over: the edge has Redis again",
                    logger: logger
                )
            )
            let subscriber = RedisSubscriber(
                configuration: redis,
                channel: channels.events,
                silence: Self.longSilence
            )
            await subscriber.run { event in
                switch event {
                case .subscribed:
                    outage.withLock { $0.ended() }
                    // Events that were published before are in the database.
                    self.wakeSignal.wake()
                case .lost(let error):
                    _ = outage.withLock { $0.failed(error) }
                    self.state.withLock { $0.lastMessage = nil }
                    self.wakeSignal.wake()
                case .message(let bytes): self.take(bytes)
                }
            }
        }
    }

    private func take(_ bytes: ByteBuffer) {
        let message: RelayMessage
        do throws(RelayMessageError) {
            message = try codec.decode(bytes)
        } catch {
            metrics.unread()
            logger.warning(
                "a message in this log's channel is left aside: it is not of this log's processes, or of a later version",
                metadata: ["error": "\(error)"]
            )
            return
        }
        metrics.arrived(message, bytes: bytes.readableBytes, now: Int64(SystemClock.unixNanoseconds() / 1000))
        if case .question = message.content { return }
        let need = state.withLock { state -> EdgeCursor.Need? in
            guard let outcome = apply(&state, { $0.take(message) }) else { return nil }
            if !outcome.isStale, outcome.need != .otherHistory { state.lastMessage = .now }
            return outcome.need
        }
        // After the message's history is known.
        if case .answer(let nonce) = message.content { outlook.take(answer: message, to: nonce) }
        guard let need else { return }
        metrics.needsDatabase(need)
        wakeSignal.wake()
    }

    /// Moves the cursor and tells the sink, under the lock, so that events from Redis and from the database reach it in
    /// order.
    ///
    /// - Returns: nil before the tail has begun.
    private func apply(_ state: inout State, _ move: (inout EdgeCursor) -> EdgeCursor.Outcome) -> EdgeCursor.Outcome? {
        guard var cursor = state.cursor else { return nil }
        let outcome = move(&cursor)
        state.cursor = cursor
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
        state.lagging = cursor.lag > 0 ? state.lagging ?? .now : nil
        outlook.update(
            told: max(cursor.told, cursor.seq),
            database: cursor.databaseHead,
            laggingSince: state.replicaLagging
        )
        metrics.took(outcome)
        return outcome
    }

    // MARK: Database

    private func followDatabase() async {
        var backoff = Backoff(first: .milliseconds(100), limit: .seconds(2))
        let outage = Mutex(
            ConnectionOutage(
                lost: """
                    the edge lost the database; streams go on by Redis where it is there, and connecting is tried again
                    """,
                over: "over: the edge has the database again",
                logger: logger
            )
        )
        while wakeSignal.isOpen {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                do {
                    try await follow(on: connection) {
                        backoff.reset()
                        outage.withLock { $0.ended() }
                    }
                    await connection.close()
                    return
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                if outage.withLock({ $0.failed(error) }) {
                    metrics.databaseLost()
                }
                let delay = backoff.next(random: .random(in: 0..<1))
                // Ends early when the service shuts down, which the loop's condition sees.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
            }
        }
    }

    /// - Parameter onRead: called after each read.
    private func follow(on connection: PostgresConnection, onRead: () -> Void) async throws {
        let observation = try await EpochStore.observe(connection, registry: registry)
        state.withLock { $0.isPrimary = observation.isPrimary }
        try await begin(on: connection, observation.history)
        try await withThrowingTaskGroup(of: Void.self) { group in
            if observation.isPrimary {
                let listener = makeListener()
                group.addTask {
                    do {
                        try await listener.run()
                    } catch {
                        self.logger.error(
                            "the listener for new events ended; the log is read each second instead",
                            metadata: ["error": "\(error)"]
                        )
                    }
                }
                group.addTask {
                    for await _ in listener.changes where !self.isRedisFresh { self.wakeSignal.wake() }
                }
            }
            defer { group.cancelAll() }
            var formerSince: ContinuousClock.Instant?
            repeat {
                while true {
                    let (hasMore, hasProgress) = try await readPage(on: connection)
                    onRead()
                    guard hasMore else { break }
                    if !hasProgress {
                        try await Task.sleep(for: Self.replicaPause)
                        break
                    }
                }
                let isFormer = state.withLock { $0.cursor?.isDatabaseFormer == true }
                formerSince = isFormer ? formerSince ?? .now : nil
                if configuration.hosts.count > 1, let since = formerSince, .now - since > Self.formerPatience {
                    connection.avoidHost()
                    throw PostgresError.replicaBehind
                }
            } while await wakeSignal.wait()
        }
    }

    private var isRedisFresh: Bool { state.withLock { $0.isFresh(at: .now) } }

    private func makeListener() -> PostgresListener {
        var configuration = configuration
        configuration.applicationName = "waybill edge listener"
        if configuration.hosts.count > 1 { configuration.sessionKind = .primary }
        return PostgresListener(configuration: configuration, channels: [LogConnection.channel], logger: logger)
    }

    private func begin(on connection: PostgresConnection, _ history: EpochTable) async throws {
        guard state.withLock({ $0.cursor == nil }) else { return }
        let head = try await LogHead.decodeSeq(connection.query(LogHead.selectSeq))
        let beginning = try await LogBeginning.seq(before: head, bytes: recentBytes, on: connection)
        state.withLock { state in
            state.cursor = EdgeCursor(after: beginning, in: history, databaseHead: head)
            sink.begin(after: beginning, in: history)
        }
    }

    /// Reads and delivers the next events.
    ///
    /// - Returns: whether there may be more, and whether any came.
    private func readPage(on connection: PostgresConnection) async throws -> (hasMore: Bool, hasProgress: Bool) {
        guard let (start, told) = state.withLock({ state in state.cursor.map { ($0.seq, max($0.told, $0.seq)) } })
        else {
            return (false, false)
        }
        let page = try await FollowedPage.read(after: start, on: connection, registry: registry)
        metrics.readDatabase()
        return state.withLock { state in
            guard let outcome = apply(&state, { $0.take(page, after: start) }) else { return (false, false) }
            state.lastRead = .now
            // After a fork, what was told before counts no longer.
            state.replicaMissing = max(0, min(told, state.cursor?.told ?? 0) - (state.cursor?.databaseHead ?? 0))
            state.replicaLagging = state.replicaMissing > 0 ? state.replicaLagging ?? .now : nil
            return (page.isCut || state.cursor?.needsDatabase == true, !outcome.steps.isEmpty)
        }
    }
}
