import Access
import Hummingbird
import OrderAPI

/// `GET /staff` and `GET /staff/orders/{id}`: the staff's board, and the page of one order.
///
/// The pages hold nothing of their caller, so that everybody may have them. Their scripts read what the session may
/// see.
struct StaffRoutes: Sendable {
    static let paths = ["/staff", "/staff/orders/{id}"]

    let renderer: PageRenderer
    let keys: KeySource

    func add(to router: Router<WaybillContext>) {
        router.get("/staff") { request, _ in try page("staff", to: request) }
        router.get("/staff/orders/:id") { request, _ in try page("order", to: request) }
    }

    private func page(_ name: String, to request: Request) throws -> Response {
        let page = StaffPage(hasDevelopmentKey: keys.isDevelopment)
        return try renderer.response(to: request, name, page, PageOptions(isPrivate: false))
    }
}

/// The variables of the templates `staff` and `order`, and of the parts that they share with other pages.
struct StaffPage: Sendable {
    let isStaff = true
    let hasSession = true
    let role = "staff"
    let hasDevelopmentKey: Bool
}
