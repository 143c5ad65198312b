/// A table for the terminal and for Markdown pages, with numbers aligned to the right.
struct TextTable {
    let header: [String]
    let rows: [[String]]
    /// The indices of the columns that hold numbers.
    let numeric: Set<Int>

    /// The table for the terminal.
    var plain: String {
        let widths = widths
        let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "──")
        let lines = ([header] + rows).map { row in
            row.indices.map { pad(row[$0], widths[$0], right: numeric.contains($0)) }.joined(separator: "  ")
        }
        return ([lines[0], rule] + lines.dropFirst()).joined(separator: "\n")
    }

    /// The table in Markdown.
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
