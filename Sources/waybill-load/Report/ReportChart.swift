/// The charts of a report as one SVG: horizontal bars with their values, for light and dark backgrounds.
struct ReportChart {
    private static let width = 720
    private static let labelWidth = 210
    private static let rowHeight = 30
    private static let titleHeight = 46
    private static let barWidth = width - labelWidth - 130

    let svg: String

    init(_ report: Report) {
        var y = 8
        var parts: [String] = []
        for chart in report.charts {
            let figures = report.figures.filter { $0.name == chart.name && $0.median.isFinite }
            guard let largest = figures.flatMap(\.runs).max(), largest > 0 else { continue }
            parts.append(#"<text class="title" x="16" y="\#(y + 24)">\#(Self.escaped(chart.title))</text>"#)
            y += Self.titleHeight
            for figure in figures {
                parts.append(Self.row(figure, scale: Double(Self.barWidth) / largest, y: y))
                y += Self.rowHeight
            }
            y += 14
        }
        svg = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(y)" width="\(Self.width)" height="\(y)" role="img">
            <title>\(Self.escaped(report.charts.map(\.title).joined(separator: "; ")))</title>
            \(Self.style)
            \(parts.joined(separator: "\n"))
            </svg>

            """
    }

    private static let style = """
        <style>
        text { font: 14px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "Noto Sans", sans-serif; fill: #3b4048; }
        .title { font-weight: 600; font-size: 16px; fill: #14171c; }
        .value { font-variant-numeric: tabular-nums; }
        .own { fill: #2563c9; } .peer { fill: #a9b2bf; } .whisker { stroke: #14171c; stroke-opacity: .45; }
        .unit { fill: #6a717c; font-size: 12px; }
        @media (prefers-color-scheme: dark) {
        text { fill: #c6ccd6; } .title { fill: #f2f4f7; } .own { fill: #6aa2f7; } .peer { fill: #5b6470; }
        .whisker { stroke: #f2f4f7; } .unit { fill: #959da9; }
        }
        </style>
        """

    /// A bar with its label and value.
    ///
    /// - Parameters:
    ///   - figure: the figure to draw.
    ///   - scale: the number of pixels for one unit of the figure.
    ///   - y: the upper edge in pixels.
    private static func row(_ figure: Report.Figure, scale: Double, y: Int) -> String {
        func length(_ value: Double) -> Int { max(2, Int((value * scale).rounded())) }
        let kind = figure.subject.hasPrefix("waybill") ? "own" : "peer"
        let (bar, end) = (length(figure.median), length(figure.runs.max() ?? figure.median))
        var whisker = ""
        // The whisker reaches from the least to the greatest of the runs.
        if let least = figure.runs.min(), figure.runs.count > 1 {
            let (x1, x2, middle) = (labelWidth + length(least), labelWidth + end, y + 10)
            whisker = #"<line class="whisker" x1="\#(x1)" x2="\#(x2)" y1="\#(middle)" y2="\#(middle)"/>"#
        }
        return """
            <text x="\(labelWidth - 12)" y="\(y + 15)" text-anchor="end">\(escaped(figure.subject))</text>
            <rect class="\(kind)" x="\(labelWidth)" y="\(y)" width="\(bar)" height="20" rx="3"/>\(whisker)
            <text class="value" x="\(labelWidth + max(bar, end) + 10)" y="\(y + 15)">\(NumberFormat.text(figure.median)) \
            <tspan class="unit">\(escaped(figure.unit))</tspan></text>
            """
    }

    /// Escapes a text for XML, and replaces characters that XML does not allow by U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\t", "\n", "\r", " "..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"...:
                result.unicodeScalars.append(scalar)
            default: result += "\u{FFFD}"
            }
        }
        return result
    }
}
