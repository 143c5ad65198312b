import APIDescription
import HTTPTypes
import Hummingbird
import OrderAPI

/// `GET /docs` and `GET /docs/types`: the API on two pages, made once from its description.
struct DocsRoutes: Sendable {
    static let paths = ["/docs", APISite.typesPath]

    private let renderer: PageRenderer
    private let pages: [(path: String, page: DocsPage, prepared: PreparedPage)]

    init(renderer: PageRenderer) throws {
        self.renderer = renderer
        let site = APISite(isServed: true)
        let pages = [
            DocsPage(title: "Waybill API", content: site.content),
            DocsPage(title: "Types · Waybill API", content: site.typesContent),
        ]
        self.pages = try zip(Self.paths, pages).map { path, page in
            (path, page, PreparedPage(html: Array(try renderer.html("docs", page).utf8)))
        }
    }

    func add(to router: Router<WaybillContext>) {
        for (path, page, prepared) in pages {
            router.get(RouterPath(path)) { [renderer] request, _ in
                guard renderer.source.isChangeable else { return prepared.response(to: request) }
                return try renderer.response(to: request, "docs", page, PageOptions(isPrivate: false))
            }
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
