import Foundation
import Testing

/// The pages in `docs/` that are made from the code. `Scripts/docs` writes them: it runs these tests with
/// WAYBILL_WRITE_DOCS set.
@Suite struct PageTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    @Test(arguments: Page.allCases)
    func everyPageIsAsTheCodeHasIt(page: Page) throws {
        let file = Self.directory.appending(path: page.rawValue)
        let text = try page.text
        if ProcessInfo.processInfo.environment["WAYBILL_WRITE_DOCS"] != nil {
            try FileManager.default.createDirectory(at: Self.directory, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let written = try String(contentsOf: file, encoding: .utf8)
        #expect(written == text, "docs/\(page.rawValue) is out of date: run Scripts/docs")
    }
}

enum Page: String, CaseIterable, Sendable {
    case api = "api.md"
    case site = "api.html"
    case problems = "problems.md"
    case transitions = "transitions.md"
    case events = "events.md"
    case streams = "streams.md"
    case metrics = "metrics.md"

    var text: String {
        get throws {
            switch self {
            case .api: try APIPage.text
            case .site: APISite().text
            case .problems: ProblemsPage.text
            case .transitions: try TransitionsPage.text
            case .events: EventsPage.text
            case .streams: StreamsPage.text
            case .metrics: try MetricsPage.text
            }
        }
    }
}

/// A table in Markdown.
func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n") + "\n"
}
