/// The pages in `docs/` that are written from the code.
package enum Page: String, CaseIterable, Sendable {
    case api = "api.md"
    case site = "api.html"
    case problems = "problems.md"
    case transitions = "transitions.md"
    case events = "events.md"
    case streams = "streams.md"
    case metrics = "metrics.md"

    /// The page's text, as it stands in its file.
    package var text: String {
        get throws {
            switch self {
            case .api: APIPage().text
            case .site: APISite().text
            case .problems: ProblemsPage.text
            case .transitions: try TransitionsPage.text
            case .events: EventsPage().text
            case .streams: StreamsPage.text
            case .metrics: try MetricsPage.text
            }
        }
    }
}
