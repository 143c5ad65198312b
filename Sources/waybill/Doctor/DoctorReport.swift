import Foundation

/// Prints findings as they come, and counts them.
struct DoctorReport {
    private let asJSON: Bool
    private let paint: Paint
    private var counts: [Finding.Level: Int] = [:]

    /// - Parameter asJSON: true for one JSON object a line instead of a table.
    init(asJSON: Bool, paint: Paint) {
        self.asJSON = asJSON
        self.paint = paint
    }

    var hasFailures: Bool { counts[.failure, default: 0] > 0 }

    mutating func add(_ findings: [Finding]) throws {
        for finding in findings {
            counts[finding.level, default: 0] += 1
            try StandardOutput.line(asJSON ? Self.json(finding) : text(finding))
        }
    }

    /// Prints the number of findings of each weight.
    func end() throws {
        guard !asJSON else { return }
        let words: [(Finding.Level, String)] = [
            (.ok, "ok"), (.note, "notes"), (.warning, "warnings"), (.failure, "failures"),
        ]
        try StandardOutput.line(words.map { "\(counts[$0.0, default: 0]) \($0.1)" }.joined(separator: ", "))
    }

    private func text(_ finding: Finding) -> String {
        let colour: Paint.Colour =
            switch finding.level {
            case .ok: .green
            case .note: .dim
            case .warning: .yellow
            case .failure: .red
            }
        let mark = paint(Self.padded(finding.level == .failure ? "FAILED" : finding.level.rawValue, to: 8), colour)
        let line = "\(mark) \(Self.padded(finding.subject, to: 12)) \(TerminalText.plain(finding.text))"
        guard let advice = finding.advice else { return line }
        return "\(line)\n\(String(repeating: " ", count: 22))to do: \(TerminalText.plain(advice))"
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func json(_ finding: Finding) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(finding), as: UTF8.self)
    }
}
