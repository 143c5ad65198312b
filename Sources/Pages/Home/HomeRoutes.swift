import Access
import HTTPTypes
import Hummingbird
import OrderAPI
import Telemetry

/// `GET /`: tells newcomers what the service is and where its pages are.
struct HomeRoutes: Sendable {
    let renderer: PageRenderer
    let publicURL: PublicURL
    let keys: KeySource

    func add(to router: Router<WaybillContext>) {
        router.get("/") { request, _ in
            let page = HomePage(
                version: BuildInfo.version,
                address: publicURL.text,
                hasDevelopmentKey: keys.isDevelopment
            )
            return try renderer.response(to: request, "home", page, PageOptions(isPrivate: false))
        }
    }
}

/// The variables of the template `home`.
struct HomePage: Sendable {
    let version: String
    let address: String
    let hasDevelopmentKey: Bool
}
