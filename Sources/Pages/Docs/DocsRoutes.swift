import APIDescription
import HTTPTypes
import Hummingbird
import OrderAPI

/// `GET /docs`: the API on one page, made once from its description.
struct DocsRoutes: Sendable {
    private let page: SharedPage

    init(renderer: PageRenderer) throws {
        page = try SharedPage(renderer, "docs", DocsPage(content: APISite(isServed: true).content))
    }

    func add(to router: Router<WaybillContext>) {
        router.get("/docs") { request, _ in try page.response(to: request) }
    }
}

/// The variables of the template `docs`.
struct DocsPage: Sendable {
    let isDocs = true
    /// The HTML of the contents and the text.
    let content: String
}
