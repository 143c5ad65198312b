package import Logging
package import Postgres
import ServiceLifecycle
package import Telemetry

/// Follows the log and passes its events to a sink: NOTIFY wakes it, at least once a second it reads anyway, and it
/// always reads the events after its cursor.
///
/// Events that this process commits come directly from the appender when they are the next ones, and are not read
/// again. NOTIFY arrives before the appender's own COMMIT returns, so that the tail does not read while a commit is
/// running.
package final class LogTail: Service, CommitObserver, TailState {
    private let follower: LogFollower
    private let registry: EpochRegistry
    private let sink: any LogTailSink
    /// The bytes of events before the head that the tail begins with.
    private let recentBytes: Int
    private let logger: Logger
    private let progress: TailProgress
    /// The most events of one page.
    private let pageSize = 500
    /// The most bytes of the texts of one page's events.
    private let pageBytes = 2 << 20

    /// - Parameter recentBytes: the bytes of events before the head that the sink gets first, about, so that
    ///   clients which return after a restart need no reads of their own.
    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        sink: any LogTailSink,
        recentBytes: Int = 0,
        logger: Logger
    ) {
        let progress = TailProgress()
        self.progress = progress
        self.follower = LogFollower(
            name: "waybill tail",
            configuration: configuration,
            isNews: progress.isNews,
            logger: logger
        )
        self.registry = registry
        self.sink = sink
        self.recentBytes = recentBytes
        self.logger = logger
    }

    /// The last read of the log succeeded, and the tail has reached the log's end.
    package var isHealthy: Bool { progress.withLock { $0.isHealthy } }

    /// The tail reads the log each second, as it should. A connection that is being replaced does not count yet.
    package var isCurrent: Bool {
        progress.withLock { state in
            state.cursor != nil && ContinuousClock.now - state.lastRead < TailProgress.longestReadInterval * 2.5
        }
    }

    package func register(in metrics: MetricsRegistry) throws(MetricsError) {
        try ListenerMetrics.register(follower.listenerCounts, named: "tail", in: metrics)
    }

    package func commitBegins() {
        progress.withLock { $0.commitBegan = .now }
    }

    /// Delivers the events if they are the next ones of the tail's history; any others are read from the log later.
    package func commitEnded(_ events: [LoggedEvent], in history: EpochTable) {
        // The sink is called under the lock, so that events from the log and from the appender reach it in order.
        let isComplete = progress.withLock { state in
            let told = max(state.toldMeanwhile, events.last?.seq ?? 0)
            (state.commitBegan, state.toldMeanwhile) = (nil, 0)
            defer { if told > state.cursor?.seq ?? 0 { state.isBehind = true } }
            guard let first = events.first, let last = events.last, state.isHealthy, let cursor = state.cursor,
                first.seq == cursor.seq + 1, cursor.history == history
            else {
                return false
            }
            sink.publish(events, in: history)
            state.cursor?.seq = last.seq
            // Another process may have committed meanwhile.
            return told <= last.seq
        }
        // A wake-up during the commit was ignored.
        if !isComplete { follower.wake() }
    }

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database.
    package func run() async throws {
        await follower.run { connection in
            do {
                try await follow(on: connection)
            } catch {
                progress.withLock { $0.isHealthy = false }
                throw error
            }
        }
    }

    /// Reads the events after the cursor at each wake-up.
    ///
    /// - Throws: the error of a failed connection. Returns when the service shuts down.
    private func follow(on connection: PostgresConnection) async throws {
        let history = try await EpochStore.ensure(on: connection, registry: registry, logger: logger)
        let head = try await LogHead.decodeSeq(
            connection.query(LogHead.selectSeq, timeout: LogConnection.readTimeout)
        )
        let beginning = try await beginning(before: head, on: connection)
        progress.withLock { state in
            if var cursor = state.cursor {
                move(&cursor, to: history, head: head)
                state.cursor = cursor
                state.isHealthy = cursor.seq == head
            } else {
                state.cursor = TailProgress.Cursor(seq: beginning, history: history)
                state.isHealthy = beginning == head
                sink.begin(after: beginning, in: history)
            }
            state.lastRead = .now
        }
        repeat {
            if progress.isAwaitingCommit { continue }
            progress.withLock { $0.isBehind = false }
            while try await readPage(on: connection) {}
            progress.withLock { $0.isHealthy = true }
        } while await follower.waitForWakeUp()
    }

    /// The event after which the tail begins: so far before the head that the events between have `recentBytes`.
    /// Sought once: after a failure the tail begins at the head.
    private func beginning(before head: Int64, on connection: PostgresConnection) async throws -> Int64 {
        let isSought = progress.withLock { state in
            defer { state.hasSoughtBeginning = true }
            return !state.hasSoughtBeginning && recentBytes > 0
        }
        guard isSought else { return head }
        return try await LogBeginning.seq(before: head, bytes: recentBytes, on: connection)
    }

    /// Moves the cursor to the history of a new connection, and tells the sink where the two histories fork.
    private func move(_ cursor: inout TailProgress.Cursor, to history: EpochTable, head: Int64) {
        let common = min(head, cursor.history.commonPrefix(with: history, upTo: cursor.seq))
        if common < cursor.seq {
            logger.warning(
                "the log was restored to an earlier state; streams go on after the last common event",
                metadata: ["lastSeen": "\(cursor.seq)", "lastCommon": "\(common)"]
            )
            sink.fork(after: common, to: history)
            cursor.seq = common
        }
        cursor.history = history
    }

    /// Reads and delivers the next events.
    ///
    /// - Returns: true when there may be more.
    private func readPage(on connection: PostgresConnection) async throws -> Bool {
        guard let cursor = progress.withLock({ $0.cursor }) else { return false }
        let known = registry.current
        let results = try await connection.pipeline(
            [
                PostgresQuery(
                    LoggedEvent.page(
                        of: "select * from events where seq > $1 order by seq limit \(pageSize)",
                        byteLimit: pageBytes
                    ),
                    [cursor.seq]
                ),
                EpochStore.newer.query(after: cursor.history.newestOrdinal),
            ],
            timeout: LogConnection.readTimeout
        )
        let newer = try EpochStore.decode(results[1])
        let history = try connection.addEpochs(results[1], registry: registry)
        try registry.requireContinuing(history, known, on: connection)
        let (events, isCut) = try LoggedEvent.decodePage(results[0])
        return progress.withLock { state in
            guard var current = state.cursor else { return false }
            state.lastRead = .now
            current.history.merge(newer)
            // The appender may have delivered some of them meanwhile.
            let next = events.drop { $0.seq <= current.seq }
            if let last = next.last {
                sink.publish(Array(next), in: current.history)
                current.seq = last.seq
            }
            state.cursor = current
            return isCut || events.count == pageSize
        }
    }
}
