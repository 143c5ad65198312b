extension Report {
    /// The figures as Markdown: the command and machine, the picture, the selections as tables, the notes.
    ///
    /// - Parameter picture: the path of the SVG, relative to the page; nil for none.
    func markdown(picture: String?) -> String {
        var parts = [
            "`\(program ?? "waybill-load") \(command)`, \(date), \(machine.processor), \(machine.cores) cores, "
                + "\(machine.memory), \(machine.kernel)\(machine.postgres.map { ", PostgreSQL \($0)" } ?? "")."
        ]
        if let picture { parts.append("![\(charts.map(\.title).joined(separator: "; "))](\(picture))") }
        for selection in selections {
            let table = table(of: selection)
            guard !table.rows.isEmpty else { continue }
            parts.append("**\(selection.title)**")
            parts.append(table.markdown)
        }
        return (parts + notes).joined(separator: "\n\n")
    }

    /// A table of medians; with several runs also of the least and the greatest values.
    func table(of selection: Selection) -> TextTable {
        let chosen = figures.filter { selection.names.contains($0.name) }
        var subjects: [String] = []
        for figure in chosen where !subjects.contains(figure.subject) { subjects.append(figure.subject) }
        let names = selection.names.filter { name in chosen.contains { $0.name == name } }
        func cell(_ subject: String, _ name: String) -> String {
            chosen.first { $0.subject == subject && $0.name == name }.map(Self.cell) ?? ""
        }
        func unit(_ name: String) -> String {
            chosen.first { $0.name == name }.map { $0.unit.isEmpty ? "" : ", \($0.unit)" } ?? ""
        }
        if selection.isUpright {
            return TextTable(
                header: [""] + subjects,
                rows: names.map { name in ["\(name)\(unit(name))"] + subjects.map { cell($0, name) } },
                numeric: Set(1...max(1, subjects.count))
            )
        }
        return TextTable(
            header: [""] + names.map { "\($0)\(unit($0))" },
            rows: subjects.map { subject in [subject] + names.map { cell(subject, $0) } },
            numeric: Set(1...max(1, names.count))
        )
    }

    private static func cell(_ figure: Figure) -> String {
        let median = NumberFormat.text(figure.median)
        guard figure.runs.count > 1, let least = figure.runs.min(), let greatest = figure.runs.max(), least < greatest
        else { return median }
        return "\(median) (\(NumberFormat.text(least)) – \(NumberFormat.text(greatest)))"
    }
}
