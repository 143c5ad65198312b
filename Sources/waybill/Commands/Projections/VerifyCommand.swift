import ArgumentParser
import Foundation
import Projections
import Synchronization

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the log with itself and projections with the log, and print every difference.",
        discussion: """
            log: positions without a hole, the head, the epochs, each order's versions, the status that was announced with \
            each event against the status of the folded order, and accepted command ids against their events (of each \
            day at most 1,000 differences). Not part of a sample.

            Folds the orders' events anew and compares the outcome with what is stored, field by field: current (the \
            orders' state), orders (the list) and stats. Each difference is a line with the order, the field, and the \
            stored and the expected value. Ends with status 0 where there is none, 1 where there are some.

            Every comparison is made within one snapshot, so that a service may go on appending meanwhile. Without \
            --sample, sums are checked as well, and that nothing is stored that the log does not have.

            A projection that another version of Waybill has built is not compared: one line says so, and what rebuilds it.

            Works on the database of --database-url, or else on the data directory's embedded one, beside a running \
            service or without one. Nothing is changed.
            """
    )

    @Argument(help: "log, current, orders, stats; all where none is named.")
    var names: [String] = []

    @Option(help: "Look at some orders only: how many (1000), or which share of them (5%, 0.05).")
    var sample: String?

    @OptionGroup var database: DatabaseOption

    func validate() throws {
        let sample = try wanted()
        for name in names where name != LogVerification.name && ReadModels.named(name) == nil {
            throw ValidationError("\(ReplayFailure.unknown(name)); the log itself is called log.")
        }
        if names.contains(LogVerification.name), sample != .whole {
            throw ValidationError("the log is verified as a whole: leave --sample out, or log.")
        }
    }

    /// The names to verify, each once: the log first where nothing is named.
    private func resolved(_ sample: Verification.Sample) -> [String] {
        var seen: Set<String> = []
        let all = (sample == .whole ? [LogVerification.name] : []) + ReadModels.all.map(\.name)
        return (names.isEmpty ? all : names).filter { seen.insert($0).inserted }
    }

    func run() async throws {
        let sample = try wanted()
        let names = resolved(sample)
        let logger = LogLevel.logger(verbose: false)
        let database = database
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let differences: Int
        do {
            differences = try await Interruptible.run {
                try await Database.joining(database, logger: logger) { database in
                    let verification = Verification(configuration: database, workers: workers, logger: logger)
                    var differences = 0
                    for name in names {
                        if name == LogVerification.name {
                            let log = LogVerification(configuration: database, workers: workers, logger: logger)
                            differences += try await Self.verify(log)
                        } else {
                            differences += try await Self.verify(name, sample, verification)
                        }
                    }
                    return differences
                }
            }
        } catch is Interruptible.Interrupted {
            throw CommandFailure("interrupted before everything was checked; start it again")
        }
        if differences > 0 { throw ExitCode.failure }
    }

    private static func verify(_ log: LogVerification) async throws -> Int {
        let line = ProgressLine(LogVerification.name)
        let output = ResultLines()
        defer { line.clear() }
        let summary = try await log.run { difference in
            line.clear()
            output.line("\(difference)")
        } progress: { seq, head in
            line.show(ProgressLine.Step(share: head == 0 ? 1 : Double(seq) / Double(head)))
        }
        line.clear()
        try output.check()
        try StandardOutput.line("\(LogVerification.name): up to \(summary.position): \(words(summary.differences))")
        return summary.differences
    }

    private static func words(_ differences: Int) -> String {
        differences == 0 ? "no difference" : differences == 1 ? "1 difference" : "\(differences) differences"
    }

    private static func verify(
        _ name: String,
        _ sample: Verification.Sample,
        _ verification: Verification
    ) async throws -> Int {
        let line = ProgressLine(name)
        let output = ResultLines()
        defer { line.clear() }
        let summary = try await verification.run(name, sample: sample) { difference in
            line.clear()
            output.line("\(difference)")
        } progress: { seq, head in
            line.show(ProgressLine.Step(share: head == 0 ? 1 : Double(seq) / Double(head)))
        }
        line.clear()
        try output.check()
        if let layout = summary.layout {
            try StandardOutput.line("\(layout)")
            return 0
        }
        let orders = ProgressLine.grouped(Double(summary.orders))
        let found = words(summary.differences)
        try StandardOutput.line("\(name): \(orders) orders up to \(summary.position): \(found)")
        return summary.differences
    }

    private func wanted() throws -> Verification.Sample {
        guard let sample else { return .whole }
        if let count = Int(sample), count > 0 { return .orders(count) }
        if sample.hasSuffix("%"), let percent = Double(sample.dropLast()), percent > 0, percent <= 100 {
            return .share(percent / 100)
        }
        if sample.contains("."), let share = Double(sample), share > 0, share <= 1 { return .share(share) }
        throw ValidationError(
            "--sample is a number of orders (1000) or a share of them (5%, 0.05), not “\(TerminalText.plain(sample))”."
        )
    }
}
