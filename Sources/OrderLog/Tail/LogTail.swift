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
package final class LogTail: Service {
    private let follower: LogFollower
    private let registry: EpochRegistry
    private let sink: any LogTailSink
    private let logger: Logger
    private let healthy = Mutex(false)
    private let pageSize = 500

    /// How far the tail has come, and in which history: kept apart from what other connections have learnt since, or a fork
    /// that they saw first would go unnoticed here.
    private struct Cursor {
        var seq: Int64
        var history: EpochTable
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
    package var isHealthy: Bool { healthy.withLock { $0 } }

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database.
    package func run() async throws {
        var cursor: Cursor?
        await follower.run { connection in
            do {
                try await follow(on: connection, from: &cursor)
            } catch {
                healthy.withLock { $0 = false }
                throw error
            }
        }
    }

    /// Reads what lies after the cursor each time the bell rings; returns when closed, throws when the connection fails.
    private func follow(on connection: PostgresConnection, from cursor: inout Cursor?) async throws {
        let history = try await EpochOpening.ensure(on: connection, registry: registry)
        let rows = try await connection.query("select seq from log_head", timeout: LogConnection.readTimeout)
        guard let head = try rows.first?.get(0, as: Int64.self) else { throw MissingHead() }
        var current = cursor ?? Cursor(seq: head, history: history)
        if cursor == nil {
            sink.begin(after: head, in: history)
        } else {
            let common = min(head, current.history.commonPrefix(with: history, upTo: current.seq))
            if common < current.seq {
                logger.warning(
                    "the log was restored to an earlier state",
                    metadata: ["seen": "\(current.seq)", "kept": "\(common)"]
                )
                sink.fork(after: common, to: history)
                current.seq = common
            }
            current.history = history
        }
        cursor = current
        healthy.withLock { $0 = true }
        repeat {
            try await drain(connection, &current)
            cursor = current
        } while await follower.next()
    }

    private func drain(_ connection: PostgresConnection, _ cursor: inout Cursor) async throws {
        while true {
            let results = try await connection.pipeline(
                [
                    PostgresQuery(
                        "select \(LoggedEvent.columns) from events where seq > $1 order by seq limit \(pageSize)",
                        [cursor.seq]
                    ),
                    EpochOpening.newer.query(after: cursor.history.newestOrdinal),
                ],
                timeout: LogConnection.readTimeout
            )
            cursor.history.merge(try EpochOpening.decode(results[1]))
            let events = try results[0].map { try LoggedEvent(row: $0) }
            guard let last = events.last else { return }
            sink.publish(events, in: cursor.history)
            cursor.seq = last.seq
            if events.count < pageSize { return }
        }
    }
}
