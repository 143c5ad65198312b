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

    private let commands: [Outcome: Counter]
    private let waits: Histogram
    private let committed: Counter
    private let failed: Counter
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
        waits = try registry.histogram(
            "waybill_command_seconds",
            help: "Time from a command's arrival in the queue to its answer."
        )
        let batches = (
            name: "waybill_batches_total", help: "Attempts to append a batch of commands: committed, or failed."
        )
        committed = try registry.counter(batches.name, help: batches.help, labels: ["outcome": "committed"])
        failed = try registry.counter(batches.name, help: batches.help, labels: ["outcome": "failed"])
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

    func commandAnswered(_ answer: PendingReceipt.Answer, after wait: Duration) {
        commands[Outcome(answer)]?.increment()
        waits.observe(wait)
    }

    func batchCommitted(commands count: Int, in duration: Duration) {
        committed.increment()
        batchCommands.increment(by: UInt64(count))
        commits.observe(duration)
    }

    func batchFailed() { failed.increment() }

    func databaseAnswered(in duration: Duration) { answers.observe(duration) }
}
