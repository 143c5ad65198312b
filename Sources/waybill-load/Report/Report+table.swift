extension Report {
    /// A table of all figures: the medians, and the values of the single runs.
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
