package import Logging
package import OrderLog
package import Postgres
import ServiceLifecycle
import Synchronization

/// Follows the log for the read models: each batch of events becomes rows and a checkpoint in one transaction, so that every
/// event counts exactly once, whatever is lost, killed or run twice.
package final class Projector: Service {
    private let follower: LogFollower
    private let registry: EpochRegistry
    private let models: [any ReadModel]
    private let batchLimit: Int
    private let pace: ProjectionPace
    private let logger: Logger
    /// Since when each model fails, or was last seen to.
    private let failing = Mutex<[String: ContinuousClock.Instant]>([:])

    /// After this long without an answer the connection is given up. Longer than the server's own limit for a statement.
    private static let patience: Duration = .seconds(15)

    /// - Parameters:
    ///   - batchLimit: most events in one transaction.
    ///   - pace: shared with those who read the models and may have to wait for them.
    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        models: [any ReadModel] = ReadModels.all,
        batchLimit: Int = 2000,
        pace: ProjectionPace = ProjectionPace(),
        logger: Logger
    ) {
        follower = LogFollower(
            name: "waybill projector",
            configuration: configuration,
            settings: [
                // A stalled process must not hold a checkpoint that others wait for.
                "idle_in_transaction_session_timeout": "5000",
                // Rows and checkpoint can be lost together and are then folded again: the events are what must last, and
                // the appender's flushes need the disk.
                "synchronous_commit": "off",
                "jit": "off",
            ],
            logger: logger
        )
        self.registry = registry
        self.models = models
        self.batchLimit = batchLimit
        self.pace = pace
        self.logger = logger
    }

    /// The names of the models whose last batch this process could not apply.
    package var failures: Set<String> { failing.withLock { Set($0.keys) } }

    /// Follows the log until graceful shutdown or cancellation; survives any loss of the database.
    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await follower.run { connection in
                // What this connection's own server says, and not what others have learnt elsewhere since.
                var reading = Reading(
                    history: try await EpochStore.ensure(on: connection, registry: registry)
                )
                repeat {
                    let began = ContinuousClock.now
                    reading.folded = 0
                    try await catchUp(on: connection, &reading)
                    reading.page = LastPage()
                    await pace.pause(since: began, folded: reading.folded)
                } while await follower.next()
            }
        } onCancelOrGracefulShutdown: {
            self.pace.close()
        }
    }

    /// What is known of the log on one connection.
    private struct Reading {
        var history: EpochTable
        var page = LastPage()
        /// Events folded in this round, once for each model.
        var folded = 0
    }

    /// One batch for each model in turn, so that one that is far behind does not keep the others waiting.
    private func catchUp(on connection: PostgresConnection, _ reading: inout Reading) async throws {
        var behind = models
        while !behind.isEmpty, follower.isOpen {
            var still: [any ReadModel] = []
            for model in behind where try await attempt(model, on: connection, &reading) { still.append(model) }
            behind = still
        }
    }

    /// A model that fails stops itself and no other, and is tried again a little later, not for each event that comes.
    private func attempt(
        _ model: any ReadModel,
        on connection: PostgresConnection,
        _ reading: inout Reading
    ) async throws -> Bool {
        if let failed = failing.withLock({ $0[model.name] }), .now - failed < .milliseconds(800) { return false }
        do {
            let isBehind = try await step(model, on: connection, &reading)
            failing.withLock { $0[model.name] = nil }
            return isBehind
        } catch {
            guard connection.isOpen, (error as? PostgresError)?.isConnectionLoss != true else { throw error }
            failing.withLock { $0[model.name] = .now }
            logger.error("a read model failed", metadata: ["model": "\(model.name)", "error": "\(error)"])
            return false
        }
    }

    /// - Returns: whether there may be more to do.
    private func step(
        _ model: any ReadModel,
        on connection: PostgresConnection,
        _ reading: inout Reading
    ) async throws -> Bool {
        let newer = EpochStore.newer.query(after: reading.history.newestOrdinal)
        let results = try await connection.pipeline([Checkpoint.peek(model.name), newer], timeout: Self.patience)
        reading.history.merge(try EpochStore.decode(results[1]))
        let checkpoint = try Checkpoint.decode(results[0], model.name)
        guard let head = try results[0].first?.get(3, as: Int64.self) else { return false }
        if checkpoint.seq == head, checkpoint.holds(in: reading.history, head: head) { return false }
        return try await connection.withTransaction("begin isolation level read committed") { transaction in
            try await advance(model, on: transaction, &reading)
        }
    }

    private func advance(
        _ model: any ReadModel,
        on transaction: PostgresConnection,
        _ reading: inout Reading
    ) async throws -> Bool {
        let results = try await transaction.pipeline(
            [
                Checkpoint.lock(model.name), Checkpoint.head, Checkpoint.served(model.name),
                EpochStore.newer.query(after: reading.history.newestOrdinal),
            ],
            timeout: Self.patience
        )
        reading.history.merge(try EpochStore.decode(results[3]))
        let checkpoint = try Checkpoint.decode(results[0], model.name)
        guard let head = try results[1].first?.get(0, as: Int64.self) else { return false }
        // A replay has taken over meanwhile: the next round follows its version.
        guard try results[2].first?.get(0, as: Int32.self) == Int32(checkpoint.version) else { return true }
        guard checkpoint.holds(in: reading.history, head: head) else {
            logger.warning(
                "the log was restored to an earlier state; a read model is built again",
                metadata: [
                    "model": "\(model.name)", "seen": "\(checkpoint.epoch)-\(checkpoint.seq)", "head": "\(head)",
                ]
            )
            try await transaction.pipeline(
                [Checkpoint.clear(model.name, version: checkpoint.version)],
                timeout: Self.patience
            )
            return true
        }
        let events = try await events(after: checkpoint.seq, on: transaction, &reading.page)
        guard let first = events.first, let last = events.last else { return false }
        guard first.seq == checkpoint.seq + 1 else { throw ProjectionFailure.gap(after: checkpoint.seq) }
        try await model.apply(events, version: checkpoint.version, on: transaction)
        try await transaction.pipeline(
            [Checkpoint.move(model.name, version: checkpoint.version, to: reading.history.position(of: last.seq))],
            timeout: Self.patience
        )
        reading.folded += events.count
        return reading.page.isFull
    }

    private func events(
        after seq: Int64,
        on transaction: PostgresConnection,
        _ page: inout LastPage
    ) async throws -> [LoggedEvent] {
        if let known = page.events(after: seq) { return known }
        let query = Checkpoint.events(after: seq, limit: batchLimit)
        let rows = try await transaction.query(query.sql, query.bindings, timeout: Self.patience)
        let events = try rows.map { try LoggedEvent(row: $0) }
        page.keep(events, limit: batchLimit)
        return events
    }
}
