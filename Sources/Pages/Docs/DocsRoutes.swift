import APIDescription
import HTTPTypes
import Hummingbird
import OrderAPI

/// `GET /docs` and `GET /docs/types`: the API on two pages, made once from its description.
struct DocsRoutes: Sendable {
    static let paths = ["/docs", APISite.typesPath]

    private let pages: [SharedPage]

    init(renderer: PageRenderer) throws {
        let site = APISite(isServed: true)
        pages = [
            try SharedPage(renderer, "docs", DocsPage(title: "Waybill API", content: site.content)),
            try SharedPage(renderer, "docs", DocsPage(title: "Types · Waybill API", content: site.typesContent)),
        ]
    }

    func add(to router: Router<WaybillContext>) {
        for (path, page) in zip(Self.paths, pages) {
            router.get(RouterPath(path)) { request, _ in try page.response(to: request) }
        }
    }
}

/// The variables of the template `docs`.
struct DocsPage: Sendable {
    let isDocs = true
    let title: String
    /// The HTML of the contents and the text.
    let content: String
}
