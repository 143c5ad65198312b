import Access
import HTTPTypes
import Hummingbird
import OrderAPI
import Telemetry

/// `GET /`: tells newcomers what the service is and where its pages are.
struct HomeRoutes: Sendable {
    private let page: SharedPage

    init(renderer: PageRenderer, publicURL: PublicURL, keys: KeySource) throws {
        let variables = HomePage(
            version: BuildInfo.version,
            address: publicURL.text,
            hasDevelopmentKey: keys.isDevelopment
        )
        page = try SharedPage(renderer, "home", variables)
    }

    func add(to router: Router<WaybillContext>) {
        router.get("/") { request, _ in try page.response(to: request) }
    }
}

/// The variables of the template `home`.
struct HomePage: Sendable {
    let version: String
    let address: String
    let hasDevelopmentKey: Bool
}
