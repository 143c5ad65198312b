package import Logging
import Orders
package import Postgres
import ServiceLifecycle

/// Appends commands to the log by group commit under the head lock; nothing else in the process writes events.
///
/// While a batch commits, arriving commands collect; then one transaction appends them all. A refused
/// command does not affect the others. An error after COMMIT was sent is an unknown outcome: the batch runs again under
/// the head lock, where each command id is looked up first, and its commands are answered only then.
package final class Appender: Service {
    package struct Settings: Sendable {
        /// The largest number of commands in one transaction.
        package var batchLimit = 256
        /// The largest size of the commands in one transaction, in bytes of their JSON. A single command fits in any
        /// case.
        package var batchBytes = 4 << 20
        /// The bounds of what one transaction decides.
        var decisions = AppendTransaction.Limits()
        /// The largest number of waiting single commands; further ones are refused as `overloaded`.
        package var queueCapacity = 8192
        /// The largest number of waiting commands of bulk requests; beyond it their senders wait.
        package var bulkCapacity = 2048
        /// The time after which a command that waits for the database is refused as `unavailable`.
        package var timeout: Duration = .seconds(15)
        /// The time after which a single command is refused as `unavailable` where the batch before it, or its own, is
        /// kept by anything but the database's disk: a lock, a lost connection, a server process without an answer.
        package var stallTimeout: Duration = .seconds(2)
        /// The server's limit for the wait for the head; shorter than `stallTimeout`, so that the reason is known. With
        /// the head locked `LogConnection.limitLockWait` holds.
        package var lockTimeout: Duration = .milliseconds(1500)
        /// The largest size of the waiting single commands, in bytes of their JSON; further ones are refused as
        /// `overloaded`.
        package var queueBytes = 64 << 20
        /// The largest size of the waiting commands of bulk requests, in bytes of their JSON; beyond it their senders
        /// wait.
        package var bulkBytes = 32 << 20
        /// The server's limit for one statement of a batch. A batch that passes it is divided into its commands, which
        /// leaves time to answer them within `timeout`.
        package var statementTimeout: Duration = .seconds(5)
        /// The server's limit for one statement of a command that runs alone because its batch failed.
        package var aloneStatementTimeout: Duration = .seconds(2)

        package init() {}
    }

    /// The sessions of the appender; the probe of readiness has the same.
    let configuration: PostgresConfiguration
    package let registry: EpochRegistry
    private let settings: Settings
    private let logger: Logger
    private let queue: AppendQueue
    private let commandIdFilter: CommandIdFilterCache
    private let observer: (any CommitObserver)?
    private let watch: StandbyWatch?
    /// Tells how the batches fare.
    let activity: AppendActivity
    private let metrics: LogMetrics?
    private let resume: FrozenProcessResumer?

    /// - Parameters:
    ///   - commandIdFilter: the ids of past days; a `CommandIdFilterLoader` fills it.
    ///   - metrics: counts commands and batches.
    ///   - resume: lets a stopped server process run that keeps a batch; nil for a server of others.
    ///   - watch: holds the answers until a standby has the commit on its disk; nil to answer after the commit.
    ///   - observer: is told of every batch of events before the batch's commands are answered.
    package init(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        settings: Settings = Settings(),
        logger: Logger,
        commandIdFilter: CommandIdFilterCache = CommandIdFilterCache(),
        metrics: LogMetrics? = nil,
        resume: FrozenProcessResumer? = nil,
        watch: StandbyWatch? = nil,
        observer: (any CommitObserver)? = nil
    ) {
        var configuration = configuration
        configuration.applicationName = "waybill appender"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.appenderSettings) { $1 }
        configuration.serverSettings["statement_timeout"] = "\(settings.statementTimeout.serverMilliseconds)"
        configuration.serverSettings["lock_timeout"] = "\(settings.lockTimeout.serverMilliseconds)"
        configuration.requestTimeout = LogConnection.appendTimeout
        configuration.connectTimeout = min(configuration.connectTimeout, .seconds(5))
        configuration.totalConnectTimeout = min(configuration.totalConnectTimeout, .seconds(5))
        self.configuration = configuration
        self.registry = registry
        self.settings = settings
        self.logger = logger
        self.commandIdFilter = commandIdFilter
        self.observer = observer
        self.metrics = metrics
        self.resume = resume
        self.watch = watch
        activity = AppendActivity(metrics: metrics)
        self.queue = AppendQueue(
            singles: AppendQueue.Bounds(count: settings.queueCapacity, bytes: settings.queueBytes),
            bulk: AppendQueue.Bounds(count: settings.bulkCapacity, bytes: settings.bulkBytes)
        )
    }

    /// The numbers of waiting single commands and of waiting commands of bulk requests.
    package var backlogs: LogGauges.Backlog { queue.counts }

    /// Appends the events of a command durably and exactly once; returns when they are committed.
    package func submit(_ submission: Submission) async throws(AppendRefusal) -> CommandReceipt {
        let entry = entry(submission)
        push(entry)
        return try await entry.pendingReceipt.receipt()
    }

    /// Appends the events of a command as `submit(_:)` does, without a task that waits.
    ///
    /// - Parameter delivery: gets the answer on the mailbox's event loop, never during this call.
    package func submit(
        _ submission: Submission,
        to mailbox: ReceiptMailbox,
        _ delivery: @escaping ReceiptMailbox.Delivery
    ) {
        let command = submission.command.name
        push(entry(submission, PendingReceipt(to: mailbox, delivery, metrics: metrics, command: command)))
    }

    private func push(_ entry: AppendQueue.Entry) {
        if let refusal = refusal ?? queue.push(entry) { entry.pendingReceipt.complete(with: .failure(refusal)) }
    }

    /// Queues a command of a bulk request behind the caller's earlier ones, and returns when it is queued. Waits while
    /// the bulk lane is full; single commands go first.
    package func enqueue(_ submission: Submission) async -> PendingReceipt {
        let entry = entry(submission)
        if let refusal {
            entry.pendingReceipt.complete(with: .failure(refusal))
        } else if let refusal = await queue.pushBulk(entry) {
            entry.pendingReceipt.complete(with: .failure(refusal))
        }
        return entry.pendingReceipt
    }

    /// The reason why commands are not even queued at present; nil where they are. What would be written now could not
    /// be told to anybody.
    private var refusal: AppendRefusal? { watch?.isBlocked ?? false ? .notDurable : nil }

    private func entry(_ submission: Submission) -> AppendQueue.Entry {
        entry(submission, PendingReceipt(metrics: metrics, command: submission.command.name))
    }

    private func entry(_ submission: Submission, _ pendingReceipt: PendingReceipt) -> AppendQueue.Entry {
        AppendQueue.Entry(
            submission: submission,
            deadline: .now + settings.timeout,
            pendingReceipt: pendingReceipt
        )
    }

    /// Serves the queue until graceful shutdown or cancellation; commands that were queued by then are still answered.
    package func run() async throws {
        // A thread of its own: every request waits for the appender, so that the appender must not wait for requests.
        let executor = PostgresTaskExecutor(name: "waybill-append")
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.refuseStalled() }
                group.addTask { await self.answerStalled() }
                group.addTask {
                    var watch = AppenderWatch(
                        configuration: self.configuration,
                        statementTimeout: self.settings.statementTimeout,
                        activity: self.activity,
                        resume: self.resume,
                        logger: self.logger
                    )
                    await watch.run()
                }
                await withTaskExecutorPreference(executor) { await serve(on: executor) }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.queue.close()
        }
    }

    /// Refuses the single commands that a stalled batch keeps for too long. The batch itself goes on.
    private func refuseStalled() async {
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(100))
            guard activity.refuseStalled(for: settings.stallTimeout) else { continue }
            for entry in queue.removeSingles(queuedBefore: .now - settings.stallTimeout) {
                entry.pendingReceipt.complete(with: .failure(.unavailable))
            }
        }
    }

    /// Answers the single commands that are about to be refused, where the log has them.
    private func answerStalled() async {
        var stalled = StalledCommands(
            configuration: configuration,
            registry: registry,
            filter: commandIdFilter,
            watch: watch,
            logger: logger
        )
        let patience = settings.stallTimeout - StalledCommands.lead
        var isOpen = false
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(100))
            if let entries = activity.entriesStalled(for: patience) {
                let moment = ContinuousClock.now - patience
                await stalled.answer(
                    entries.filter { $0.queuedAt <= moment },
                    attemptedAfter: activity.attemptedAfter
                )
                await stalled.answer(queue.singles(queuedBefore: moment), attemptedAfter: nil)
                isOpen = true
            } else if isOpen {
                await stalled.close()
                isOpen = false
            }
        }
        await stalled.close()
    }

    private var batchBounds: AppendQueue.Bounds {
        AppendQueue.Bounds(count: settings.batchLimit, bytes: settings.batchBytes)
    }

    private func serve(on executor: PostgresTaskExecutor) async {
        var session = AppendSession(
            connection: AppendConnection(configuration, on: executor, registry: registry, logger: logger),
            registry: registry,
            logger: logger,
            commandIdFilter: commandIdFilter,
            queue: queue,
            batchBounds: batchBounds,
            decisions: settings.decisions,
            aloneStatementTimeout: settings.aloneStatementTimeout,
            activity: activity,
            watch: watch,
            observer: observer
        )
        await session.connectEarly()
        while let batch = await queue.next(limit: batchBounds) {
            await session.process(batch)
        }
        await session.close()
    }
}
