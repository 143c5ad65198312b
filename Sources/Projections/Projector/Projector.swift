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
        batchLimit: Int = 1000,
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
                var history = try await EpochOpening.ensure(on: connection, registry: registry)
                repeat {
                    let began = ContinuousClock.now
                    try await catchUp(on: connection, &history)
                    await pace.pause(since: began)
                } while await follower.next()
            }
        } onCancelOrGracefulShutdown: {
            self.pace.close()
        }
    }

    /// One batch for each model in turn, so that one that is far behind does not keep the others waiting.
    private func catchUp(on connection: PostgresConnection, _ history: inout EpochTable) async throws {
        var behind = models
        while !behind.isEmpty, follower.isOpen {
            var still: [any ReadModel] = []
            for model in behind where try await attempt(model, on: connection, &history) { still.append(model) }
            behind = still
        }
    }

    /// A model that fails stops itself and no other, and is tried again a little later, not for each event that comes.
    private func attempt(
        _ model: any ReadModel,
        on connection: PostgresConnection,
        _ history: inout EpochTable
    ) async throws -> Bool {
        if let failed = failing.withLock({ $0[model.name] }), .now - failed < .milliseconds(800) { return false }
        do {
            let isBehind = try await step(model, on: connection, &history)
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
        _ history: inout EpochTable
    ) async throws -> Bool {
        let newer = EpochOpening.newer.query(after: history.newestOrdinal)
        let results = try await connection.pipeline([Checkpoint.peek(model.name), newer], timeout: Self.patience)
        history.merge(try EpochOpening.decode(results[1]))
        let checkpoint = try Checkpoint.decode(results[0], model.name)
        guard let head = try results[0].first?.get(3, as: Int64.self) else { return false }
        if checkpoint.seq == head, checkpoint.holds(in: history, head: head) { return false }
        return try await connection.withTransaction("begin isolation level read committed") { transaction in
            try await advance(model, on: transaction, &history)
        }
    }

    private func advance(
        _ model: any ReadModel,
        on transaction: PostgresConnection,
        _ history: inout EpochTable
    ) async throws -> Bool {
        let results = try await transaction.pipeline(
            [
                Checkpoint.lock(model.name), Checkpoint.head, Checkpoint.events(model.name, limit: batchLimit),
                EpochOpening.newer.query(after: history.newestOrdinal),
            ],
            timeout: Self.patience
        )
        history.merge(try EpochOpening.decode(results[3]))
        let checkpoint = try Checkpoint.decode(results[0], model.name)
        guard let head = try results[1].first?.get(0, as: Int64.self) else { return false }
        guard checkpoint.holds(in: history, head: head) else {
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
        let events = try results[2].map { try LoggedEvent(row: $0) }
        guard let first = events.first, let last = events.last else { return false }
        // A replay has taken over meanwhile: the next round follows its version.
        guard try results[2][0].get(18, as: Int32.self) == checkpoint.version else { return true }
        guard first.seq == checkpoint.seq + 1 else { throw ProjectionFailure.gap(after: checkpoint.seq) }
        try await model.apply(events, version: checkpoint.version, on: transaction)
        try await transaction.pipeline(
            [Checkpoint.move(model.name, version: checkpoint.version, to: history.position(of: last.seq))],
            timeout: Self.patience
        )
        return events.count == batchLimit
    }
}
