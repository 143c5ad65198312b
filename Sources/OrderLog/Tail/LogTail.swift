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
    private let configuration: PostgresConfiguration
    private let registry: EpochRegistry
    private let sink: any LogTailSink
    private let logger: Logger
    private let doorbell = Doorbell()
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
        var configuration = configuration
        configuration.applicationName = "waybill tail"
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        self.configuration = configuration
        self.registry = registry
        self.sink = sink
        self.logger = logger
    }

    /// Whether the last look at the log succeeded.
    package var isHealthy: Bool { healthy.withLock { $0 } }

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database.
    package func run() async throws {
        let listener = PostgresListener(configuration: configuration, channels: [LogConnection.channel], logger: logger)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen(listener) }
            group.addTask {
                for await _ in listener.changes { self.doorbell.ring() }
            }
            group.addTask { await self.poll() }
            await withTaskCancellationOrGracefulShutdownHandler {
                await self.follow()
            } onCancelOrGracefulShutdown: {
                self.doorbell.close()
            }
            group.cancelAll()
        }
    }

    private func listen(_ listener: PostgresListener) async {
        do {
            try await listener.run()
        } catch {
            logger.error("listener ended; the log is polled", metadata: ["error": "\(error)"])
        }
    }

    /// NOTIFY is only a doorbell: losing any number of them delays delivery by at most a second.
    private func poll() async {
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(1))
            } catch {
                return
            }
            doorbell.ring()
        }
    }

    private func follow() async {
        var cursor: Cursor?
        var failures = 0
        repeat {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                failures = 0
                do {
                    try await follow(on: connection, from: &cursor)
                    await connection.close()
                    return
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                healthy.withLock { $0 = false }
                failures += 1
                logger.warning("tail: lost the database", metadata: ["error": "\(error)"])
                let ceiling = min(1000, 50 << min(failures, 5))
                try? await Task.sleep(for: .milliseconds(Int.random(in: ceiling / 2...ceiling)))
            }
        } while doorbell.isOpen
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
        } while await doorbell.wait()
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
