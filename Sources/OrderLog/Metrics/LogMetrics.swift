import Orders
package import Telemetry

/// The metrics of commands, batches and the database's answers. All exist from the start.
package final class LogMetrics: Sendable {
    /// The answer to a command, as far as operators tell answers apart.
    enum Outcome: String, CaseIterable {
        case accepted, duplicate, refused, overloaded, unavailable, notDurable, failed

        init(_ answer: PendingReceipt.Answer) {
            switch answer {
            case .success(let receipt): self = receipt.replayed ? .duplicate : .accepted
            case .failure(.overloaded): self = .overloaded
            case .failure(.unavailable): self = .unavailable
            case .failure(.notDurable): self = .notDurable
            case .failure(.failed): self = .failed
            case .failure: self = .refused
            }
        }
    }

    private struct Answered: Hashable {
        let command: CommandName
        let outcome: Outcome
    }

    private let commands: [Outcome: Counter]
    private let named: [Answered: Counter]
    /// By the words of `AppendRefusal.reasons`.
    private let refusals: [String: Counter]
    private let stages: [CommandStage: Histogram]
    private let sizes: Histogram
    private let waits: Histogram
    private let committed: Counter
    private let failed: Counter
    private let refuted: Counter
    private let batchCommands: Counter
    private let commits: Histogram
    private let answers: Histogram

    package init(_ registry: MetricsRegistry) throws(MetricsError) {
        var commands: [Outcome: Counter] = [:]
        for outcome in Outcome.allCases {
            commands[outcome] = try registry.counter(
                "waybill_commands_total",
                help: """
                    Commands that were answered: accepted, known before (duplicate), refused by the rules of orders, \
                    turned away because too many wait (overloaded), not taken by the database in time (unavailable), \
                    not confirmed by a standby in time (notDurable), or failed.
                    """,
                labels: ["outcome": outcome.rawValue]
            )
        }
        self.commands = commands
        named = try Self.named(registry)
        var refusals: [String: Counter] = [:]
        for reason in AppendRefusal.reasons {
            refusals[reason] = try registry.counter(
                "waybill_command_refusals_total",
                help: "Commands that were refused, by the reason that their callers were told.",
                labels: ["reason": reason]
            )
        }
        self.refusals = refusals
        var stages: [CommandStage: Histogram] = [:]
        for stage in CommandStage.allCases {
            stages[stage] = try registry.histogram(
                "waybill_command_stage_seconds",
                help: """
                    Time of a command in the queue (queue), and of its batch, once for each batch: the wait for the log's \
                    head (lock), the look-up of ids and orders, the decision, the write and commit.
                    """,
                labels: ["stage": stage.rawValue]
            )
        }
        self.stages = stages
        sizes = try registry.histogram(
            "waybill_batch_size",
            help: "Commands of a committed batch.",
            buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256]
        )
        waits = try registry.histogram(
            "waybill_command_seconds",
            help: "Time from a command's arrival in the queue to its answer."
        )
        let batches = (
            name: "waybill_batches_total",
            help: """
            Attempts to append a batch of commands: committed, failed, or refuted: decided in memory, while another \
            process had appended or a command was a repetition, and so decided again.
            """
        )
        committed = try registry.counter(batches.name, help: batches.help, labels: ["outcome": "committed"])
        failed = try registry.counter(batches.name, help: batches.help, labels: ["outcome": "failed"])
        refuted = try registry.counter(batches.name, help: batches.help, labels: ["outcome": "refuted"])
        batchCommands = try registry.counter(
            "waybill_batch_commands_total",
            help: "Commands of committed batches; divided by these batches, the mean size of a batch."
        )
        commits = try registry.histogram(
            "waybill_commit_seconds",
            help: "Time in which a batch was written and committed."
        )
        answers = try registry.histogram(
            "waybill_database_answer_seconds",
            help: "Time until the database answered a small read, tried about once a second."
        )
    }

    private static func named(_ registry: MetricsRegistry) throws(MetricsError) -> [Answered: Counter] {
        var named: [Answered: Counter] = [:]
        for command in CommandName.allCases {
            for outcome in Outcome.allCases {
                named[Answered(command: command, outcome: outcome)] = try registry.counter(
                    "waybill_command_answers_total",
                    help:
                        "Commands that were answered, by their name; the outcomes are those of waybill_commands_total.",
                    labels: ["command": command.rawValue, "outcome": outcome.rawValue]
                )
            }
        }
        return named
    }

    func commandAnswered(_ answer: PendingReceipt.Answer, to command: CommandName?, after wait: Duration) {
        let outcome = Outcome(answer)
        commands[outcome]?.increment()
        if let command { named[Answered(command: command, outcome: outcome)]?.increment() }
        if case .failure(let refusal) = answer, let reason = refusal.reason { refusals[reason]?.increment() }
        waits.observe(wait)
    }

    /// A batch was decided, and committed where it accepted anything.
    ///
    /// - Parameters:
    ///   - waits: the times that its commands were in the queue.
    ///   - isWritten: false where nothing had to be written.
    func batchDecided(_ times: AppendStages, waits: some Sequence<Duration>, isWritten: Bool) {
        stages[.queue]?.observe(waits)
        stages[.lock]?.observe(times.lock)
        stages[.lookUp]?.observe(times.lookUp)
        stages[.decision]?.observe(times.decision)
        if isWritten { stages[.commit]?.observe(times.commit) }
    }

    func batchCommitted(commands count: Int, in duration: Duration) {
        committed.increment()
        batchCommands.increment(by: UInt64(count))
        sizes.observe(value: Double(count))
        commits.observe(duration)
    }

    func batchRefuted() { refuted.increment() }

    func batchFailed() { failed.increment() }

    func databaseAnswered(in duration: Duration) { answers.observe(duration) }
}
