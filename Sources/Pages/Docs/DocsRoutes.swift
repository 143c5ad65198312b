import APIDescription
import HTTPTypes
import Hummingbird
import OrderAPI

/// `GET /docs`: the API on one page, made once from its description.
struct DocsRoutes: Sendable {
    private let renderer: PageRenderer
    private let page = DocsPage(content: APISite(isServed: true).content)
    private let prepared: PreparedPage

    init(renderer: PageRenderer) throws {
        self.renderer = renderer
        prepared = PreparedPage(html: Array(try renderer.html("docs", page).utf8))
    }

    func add(to router: Router<WaybillContext>) {
        router.get("/docs") { request, _ in
            guard renderer.source.isChangeable else { return prepared.response(to: request) }
            return try renderer.response(to: request, "docs", page, PageOptions(isPrivate: false))
        }
    }
}

/// The variables of the template `docs`.
struct DocsPage: Sendable {
    let isDocs = true
    /// The HTML of the contents and the text.
    let content: String
}
