import ArgumentParser
import Foundation

/// The options for the runs of a scenario and the output of its figures.
struct ReportOptions: ParsableArguments {
    @Option(help: "Number of runs, of which medians are taken.")
    var runs = 1

    @Option(help: "Write the figures to this file as JSON.")
    var json: String?

    @Option(help: "Draw the figures into this file as SVG.")
    var svg: String?

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs must be 1 to 100") }
    }

    /// Prints the report and writes the files that the options name.
    func publish(_ report: Report) throws {
        print("\(report.scenario): \(report.summary)\n")
        print(report.table.plain)
        for note in report.notes { print("\n\(note)") }
        if let json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try (encoder.encode(report) + Data("\n".utf8)).write(to: URL(fileURLWithPath: json))
        }
        if let svg { try Data(ReportChart(report).svg.utf8).write(to: URL(fileURLWithPath: svg)) }
    }

    /// Prints a line of progress on standard error, since a measurement takes minutes.
    static func progress(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
