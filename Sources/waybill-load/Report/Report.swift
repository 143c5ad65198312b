import Foundation

/// The figures of one scenario, to print, to keep as JSON and to draw.
struct Report: Codable, Sendable, Equatable {
    /// A figure: one value for each run, and their median.
    struct Figure: Codable, Sendable, Equatable {
        /// The thing under load: `waybill`, `nchan`, `64 connections`.
        var subject: String
        var name: String
        var unit: String
        var runs: [Double]

        var median: Double { Report.median(runs) }
    }

    /// A bar chart of the figures of one name, with a bar for each subject.
    struct Chart: Codable, Sendable, Equatable {
        var title: String
        /// The name of the figures to draw.
        var name: String
    }

    /// A table of some figures, for the performance page.
    struct Selection: Codable, Sendable, Equatable {
        var title: String
        var names: [String]
        /// True for a row for each figure and a column for each subject, which suits many figures of few subjects.
        var isUpright = false
    }

    var scenario: String
    /// A sentence about the work that was measured.
    var summary: String
    /// The day in UTC, such as `2026-11-22`.
    var date: String
    var machine: Machine
    /// The program that measured, where it is not `waybill-load`.
    var program: String?
    /// The command line's arguments.
    var command: String
    var figures: [Figure] = []
    var charts: [Chart] = []
    var selections: [Selection] = []
    /// Facts that a reader needs to understand the figures.
    var notes: [String] = []

    init(scenario: String, summary: String, machine: Machine) {
        self.scenario = scenario
        self.summary = summary
        self.machine = machine
        date = String(Date().ISO8601Format().prefix(10))
        // Directories and ports of this run mean nothing to readers.
        command = Self.withoutLocalOptions(Array(CommandLine.arguments.dropFirst())).joined(separator: " ")
    }

    /// Adds one run's value to a figure.
    mutating func add(_ name: String, of subject: String, _ value: Double, unit: String) {
        if let index = figures.firstIndex(where: { $0.subject == subject && $0.name == name }) {
            figures[index].runs.append(value)
        } else {
            figures.append(Figure(subject: subject, name: name, unit: unit, runs: [value]))
        }
    }

    /// Adds a note, once.
    mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    /// The median of a figure; nil where it was not measured.
    func median(_ name: String, of subject: String) -> Double? {
        figures.first { $0.subject == subject && $0.name == name }?.median
    }

    /// The median of some values; not a number without any.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    /// The options whose values are paths and ports of one machine.
    private static let localOptions: Set = [
        "--json", "--svg", "--port", "--data-dir", "--binary", "--work-dir", "--umadb",
    ]

    /// The arguments without the options that name paths and ports.
    static func withoutLocalOptions(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if localOptions.contains(argument) { _ = rest.popFirst() } else { kept.append(argument) }
        }
        return kept
    }
}
