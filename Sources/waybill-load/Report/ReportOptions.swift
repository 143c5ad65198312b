import ArgumentParser
import Foundation

/// What becomes of a scenario's figures.
struct ReportOptions: ParsableArguments {
    @Option(help: "Measure so many times and take medians.")
    var runs = 1

    @Option(help: "Write the figures to this file as JSON.")
    var json: String?

    @Option(help: "Draw the figures into this file as SVG.")
    var svg: String?

    func validate() throws {
        guard (1...100).contains(runs) else { throw ValidationError("--runs must be 1 to 100") }
    }

    /// Prints the report and writes the files that are asked for.
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

    /// Tells on standard error what is going on: a measurement takes minutes.
    static func progress(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}
