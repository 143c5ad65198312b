package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// Receives the log as it grows: in order, without holes, each event once.
package protocol LogTailSink: Sendable {
    /// The tail begins after this event.
    func begin(after seq: Int64, in history: EpochTable)
    /// The next events of the log.
    func publish(_ events: [LoggedEvent], in history: EpochTable)
    /// History beyond `seq` no longer exists; what comes next follows `seq` in another history.
    func fork(after seq: Int64, to history: EpochTable)
}

/// Follows the log: a doorbell wakes it, each second it looks anyway, and always it reads what lies after its cursor.
///
/// What this process commits itself comes by a short cut: when it is what comes next, it need not be read again. The bell
/// rings before the appender hears of its own commit, so the tail does not look while one is under way.
package final class LogTail: Service, CommitObserver {
    private let follower: LogFollower
    private let registry: EpochRegistry
    private let sink: any LogTailSink
    private let logger: Logger
    private let state = Mutex(State())
    private let pageSize = 500
    /// For so long a commit's own events are waited for.
    private static let patience: Duration = .milliseconds(100)
    /// After so long the log is read in any case: a connection that died silently must be noticed.
    private static let longestAbsence: Duration = .seconds(1)

    /// How far the tail has come, and in which history: kept apart from what other connections have learnt since, or a fork
    /// that they saw first would go unnoticed here.
    private struct Cursor {
        var seq: Int64
        var history: EpochTable
    }

    private struct State {
        /// Nil until the first look at the log.
        var cursor: Cursor?
        /// The last look succeeded.
        var isHealthy = false
        /// When the log was last read.
        var looked = ContinuousClock.now
        /// Since when a commit of this process has been under way.
        var committing: ContinuousClock.Instant?
    }

    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        sink: any LogTailSink,
        logger: Logger
    ) {
        self.follower = LogFollower(name: "waybill tail", configuration: configuration, logger: logger)
        self.registry = registry
        self.sink = sink
        self.logger = logger
    }

    /// Whether the last look at the log succeeded.
    package var isHealthy: Bool { state.withLock { $0.isHealthy } }

    package func commitBegins() {
        state.withLock { $0.committing = .now }
    }

    /// Takes the events if they are the next ones of the history that the tail is in; any others are left for it to read.
    /// They are handed on as reading them would have handed them on.
    package func commitEnded(_ events: [LoggedEvent], in history: EpochTable) {
        // The sink is called under the lock, so that what is read and what is offered reach it in order.
        let taken = state.withLock { state in
            state.committing = nil
            guard let first = events.first, let last = events.last, state.isHealthy, let cursor = state.cursor,
                first.seq == cursor.seq + 1, cursor.history == history
            else {
                return false
            }
            sink.publish(events, in: history)
            state.cursor?.seq = last.seq
            return true
        }
        // The bell may have rung in vain meanwhile.
        if !taken { follower.ring() }
    }

    /// Whether what lies after the cursor is about to be offered.
    private var isAboutToBeOffered: Bool {
        state.withLock { state in
            guard let committing = state.committing else { return false }
            let now = ContinuousClock.now
            return now - committing < Self.patience && now - state.looked < Self.longestAbsence
        }
    }

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database.
    package func run() async throws {
        await follower.run { connection in
            do {
                try await follow(on: connection)
            } catch {
                state.withLock { $0.isHealthy = false }
                throw error
            }
        }
    }

    /// Reads what lies after the cursor each time the bell rings; returns when closed, throws when the connection fails.
    private func follow(on connection: PostgresConnection) async throws {
        let history = try await EpochStore.ensure(on: connection, registry: registry)
        let rows = try await connection.query("select seq from log_head", timeout: LogConnection.readTimeout)
        guard let head = try rows.first?.get(0, as: Int64.self) else { throw MissingHead() }
        state.withLock { state in
            if var cursor = state.cursor {
                resume(&cursor, history, head)
                state.cursor = cursor
            } else {
                state.cursor = Cursor(seq: head, history: history)
                sink.begin(after: head, in: history)
            }
            state.isHealthy = true
        }
        repeat {
            if isAboutToBeOffered { continue }
            while try await readPage(on: connection) {}
        } while await follower.next()
    }

    private func resume(_ cursor: inout Cursor, _ history: EpochTable, _ head: Int64) {
        let common = min(head, cursor.history.commonPrefix(with: history, upTo: cursor.seq))
        if common < cursor.seq {
            logger.warning(
                "the log was restored to an earlier state",
                metadata: ["seen": "\(cursor.seq)", "kept": "\(common)"]
            )
            sink.fork(after: common, to: history)
            cursor.seq = common
        }
        cursor.history = history
    }

    /// - Returns: whether there may be more.
    private func readPage(on connection: PostgresConnection) async throws -> Bool {
        guard let cursor = state.withLock({ $0.cursor }) else { return false }
        let results = try await connection.pipeline(
            [
                PostgresQuery(
                    "select \(LoggedEvent.columns) from events where seq > $1 order by seq limit \(pageSize)",
                    [cursor.seq]
                ),
                EpochStore.newer.query(after: cursor.history.newestOrdinal),
            ],
            timeout: LogConnection.readTimeout
        )
        let newer = try EpochStore.decode(results[1])
        let events = try results[0].map { try LoggedEvent(row: $0) }
        return state.withLock { state in
            guard var current = state.cursor else { return false }
            state.looked = .now
            current.history.merge(newer)
            // Some may have been offered meanwhile.
            let next = events.drop { $0.seq <= current.seq }
            if let last = next.last {
                sink.publish(Array(next), in: current.history)
                current.seq = last.seq
            }
            state.cursor = current
            return events.count == pageSize
        }
    }
}
