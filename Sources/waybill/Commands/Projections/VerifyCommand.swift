import ArgumentParser
import Foundation
import Projections
import Synchronization

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare projections with the log, and print every difference.",
        discussion: """
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

    @OptionGroup var projections: ProjectionNames

    @Option(help: "Look at some orders only: how many (1000), or which share of them (5%, 0.05).")
    var sample: String?

    @OptionGroup var database: DatabaseOption

    func validate() throws { _ = try wanted() }

    func run() async throws {
        let names = projections.resolved
        let sample = try wanted()
        let logger = LogLevel.logger(verbose: false)
        let database = database
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let differences: Int
        do {
            differences = try await Interruptible.run {
                try await Database.joining(database, logger: logger) { database in
                    let verification = Verification(configuration: database, workers: workers, logger: logger)
                    var differences = 0
                    for name in names { differences += try await Self.verify(name, sample, verification) }
                    return differences
                }
            }
        } catch is Interruptible.Interrupted {
            throw CommandFailure("interrupted before everything was checked; start it again")
        }
        if differences > 0 { throw ExitCode.failure }
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
        let count = summary.differences
        let found = count == 0 ? "no difference" : count == 1 ? "1 difference" : "\(count) differences"
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
