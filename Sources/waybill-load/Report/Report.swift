import Foundation

/// What one scenario measured: the form in which it is printed, kept as JSON and drawn.
struct Report: Codable, Sendable, Equatable {
    /// One figure: a value per run, and their median.
    struct Figure: Codable, Sendable, Equatable {
        /// What was under load: `waybill`, `nchan`, `64 connections`.
        var subject: String
        var name: String
        var unit: String
        var runs: [Double]

        var median: Double { Report.median(runs) }
    }

    /// A picture of some figures of one name: a bar for each subject.
    struct Chart: Codable, Sendable, Equatable {
        var title: String
        /// The name of the figures that are drawn.
        var name: String
    }

    /// Some figures side by side, for a page.
    struct Selection: Codable, Sendable, Equatable {
        var title: String
        var names: [String]
        /// A row for each figure and a column for each subject, where there are many figures of few subjects.
        var isUpright = false
    }

    var scenario: String
    /// One sentence: what was done.
    var summary: String
    /// The day in UTC, such as `2026-11-22`.
    var date: String
    var machine: Machine
    /// What measured it, where that is not `waybill-load`.
    var program: String?
    /// The command line behind the program's name.
    var command: String
    var figures: [Figure] = []
    var charts: [Chart] = []
    var selections: [Selection] = []
    /// What a reader must know to take the figures right.
    var notes: [String] = []

    init(scenario: String, summary: String, machine: Machine) {
        self.scenario = scenario
        self.summary = summary
        self.machine = machine
        date = String(Date().ISO8601Format().prefix(10))
        // Directories and ports of this run say nothing to others.
        command = Self.withoutPlaces(Array(CommandLine.arguments.dropFirst())).joined(separator: " ")
    }

    /// Adds one run's value to a figure.
    mutating func add(_ subject: String, _ name: String, _ value: Double, _ unit: String) {
        if let index = figures.firstIndex(where: { $0.subject == subject && $0.name == name }) {
            figures[index].runs.append(value)
        } else {
            figures.append(Figure(subject: subject, name: name, unit: unit, runs: [value]))
        }
    }

    mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    func median(_ subject: String, _ name: String) -> Double? {
        figures.first { $0.subject == subject && $0.name == name }?.median
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return .nan }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private static let places: Set = ["--json", "--svg", "--port", "--data-dir", "--binary", "--work-dir", "--umadb"]

    static func withoutPlaces(_ arguments: [String]) -> [String] {
        var kept: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if places.contains(argument) { _ = rest.popFirst() } else { kept.append(argument) }
        }
        return kept
    }
}
