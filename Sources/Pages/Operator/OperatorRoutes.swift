import Access
import Hummingbird
import OrderAPI

/// `GET /operator`: the operator's page.
///
/// The page holds nothing of its caller, so that everybody may have it; its script reads what the session may see.
struct OperatorRoutes: Sendable {
    static let paths = ["/operator"]

    private let page: SharedPage

    init(renderer: PageRenderer, keys: KeySource) throws {
        page = try SharedPage(renderer, "operator", OperatorPage(hasDevelopmentKey: keys.isDevelopment))
    }

    func add(to router: Router<WaybillContext>) {
        router.get("/operator") { request, _ in try page.response(to: request) }
    }
}

/// The variables of the template `operator`, and of the parts that it shares with other pages.
struct OperatorPage: Sendable {
    let isOperator = true
    let hasSession = true
    let role = "operator"
    let hasDevelopmentKey: Bool
}
