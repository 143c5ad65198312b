/// A table for the terminal and for Markdown pages; its numbers stand right.
struct TextTable {
    let header: [String]
    let rows: [[String]]
    /// Columns that hold numbers.
    let numeric: Set<Int>

    /// With lines of dashes, for the terminal.
    var plain: String {
        let widths = widths
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "──")
        let lines = ([header] + rows).map { row in
            row.indices.map { pad(row[$0], widths[$0], right: numeric.contains($0)) }.joined(separator: "  ")
        }
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }

    var markdown: String {
        let rule = header.indices.map { numeric.contains($0) ? "---:" : "---" }
        return ([header, rule] + rows).map { "| " + $0.map(Self.escaped).joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    private var widths: [Int] {
        header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
    }

    private func pad(_ text: String, _ width: Int, right: Bool) -> String {
        let space = String(repeating: " ", count: width - text.count)
        return right ? space + text : text + space
    }

    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

extension Report {
    /// All figures, medians with the runs behind them.
    var table: TextTable {
        let several = figures.contains { $0.runs.count > 1 }
        return TextTable(
            header: ["of", "figure"] + (several ? ["median", "unit", "runs"] : ["value", "unit"]),
            rows: figures.map { figure in
                [figure.subject, figure.name, NumberFormat.text(figure.median), figure.unit]
                    + (several ? [figure.runs.map(NumberFormat.text).joined(separator: "  ")] : [])
            },
            numeric: [2]
        )
    }
}
