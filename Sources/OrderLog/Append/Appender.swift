package import Logging
import Orders
package import Postgres
import ServiceLifecycle

/// The process's only way into the log: group commit under the head lock.
///
/// While a batch commits, arriving commands collect; then one transaction judges and appends them all. A refused command
/// never harms its neighbours. An error after COMMIT was sent is an unknown outcome: the batch runs again under the head
/// lock, where each command id is looked up first, and only then is anybody answered.
package final class Appender: Service {
    package struct Settings: Sendable {
        /// Most commands in one transaction.
        package var batchLimit = 256
        /// Most single commands waiting; beyond it, `overloaded`.
        package var queueCapacity = 8192
        /// Most commands of bulk requests waiting; beyond it, their senders wait.
        package var bulkCapacity = 2048
        /// How long a command may wait for the database before `unavailable`.
        package var patience: Duration = .seconds(15)

        package init() {}
    }

    private let configuration: PostgresConfiguration
    private let registry: EpochRegistry
    private let settings: Settings
    private let logger: Logger
    private let queue: AppendQueue
    private let oldIds: CommandIdFilterCache
    private let witness: (any CommitObserver)?

    /// - Parameter witness: told of every batch of events, before its commands are answered.
    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        settings: Settings = Settings(),
        logger: Logger,
        oldIds: CommandIdFilterCache = CommandIdFilterCache(),
        witness: (any CommitObserver)? = nil
    ) {
        var configuration = configuration
        configuration.applicationName = "waybill appender"
        configuration.serverSettings.merge(LogConnection.appenderSettings) { $1 }
        self.configuration = configuration
        self.registry = registry
        self.settings = settings
        self.logger = logger
        self.oldIds = oldIds
        self.witness = witness
        self.queue = AppendQueue(capacity: settings.queueCapacity, bulkCapacity: settings.bulkCapacity)
    }

    /// Commands waiting for a batch.
    package var backlog: Int { queue.count }

    /// Appends what the command decides, durably, exactly once; returns when it is committed.
    package func submit(_ submission: Submission) async throws(AppendRefusal) -> CommandReceipt {
        let entry = entry(submission)
        if let refusal = queue.push(entry) { throw refusal }
        return try await entry.ticket.receipt()
    }

    /// Queues one of many commands, behind the caller's earlier ones, and returns when it is queued. Waits while the bulk
    /// lane is full; single commands go before it.
    package func enqueue(_ submission: Submission) async -> PendingReceipt {
        let entry = entry(submission)
        if let refusal = await queue.pushBulk(entry) { entry.ticket.answer(.failure(refusal)) }
        return entry.ticket
    }

    private func entry(_ submission: Submission) -> AppendQueue.Entry {
        AppendQueue.Entry(submission: submission, deadline: .now + settings.patience)
    }

    /// Serves the queue until graceful shutdown or cancellation; what was queued by then is still answered.
    package func run() async throws {
        // A thread of its own: everybody waits for the appender, so it must not wait for them.
        let executor = PostgresTaskExecutor(name: "waybill-append")
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskExecutorPreference(executor) { await serve(on: executor.connections) }
        } onCancelOrGracefulShutdown: {
            self.queue.close()
        }
    }

    private func serve(on executor: PostgresExecutor) async {
        var session = AppendSession(
            configuration: configuration,
            executor: executor,
            registry: registry,
            logger: logger,
            oldIds: oldIds,
            queue: queue,
            batchLimit: settings.batchLimit,
            witness: witness
        )
        await session.warmUp()
        while let batch = await queue.next(limit: settings.batchLimit) {
            await session.process(batch)
        }
        await session.close()
    }
}
