import Access
import Hummingbird
import OrderAPI

/// `GET /staff` and `GET /staff/orders/{id}`: the staff's board, and the page of one order.
///
/// The pages hold nothing of their caller, so that everybody may have them. Their scripts read what the session may
/// see.
struct StaffRoutes: Sendable {
    static let paths = ["/staff", "/staff/orders/{id}"]

    private let board: SharedPage
    private let order: SharedPage

    init(renderer: PageRenderer, keys: KeySource) throws {
        let variables = StaffPage(hasDevelopmentKey: keys.isDevelopment)
        board = try SharedPage(renderer, "staff", variables)
        order = try SharedPage(renderer, "order", variables)
    }

    func add(to router: Router<WaybillContext>) {
        router.get("/staff") { request, _ in try board.response(to: request) }
        router.get("/staff/orders/:id") { request, _ in try order.response(to: request) }
    }
}

/// The variables of the templates `staff` and `order`, and of the parts that they share with other pages.
struct StaffPage: Sendable {
    let isStaff = true
    let hasSession = true
    let role = "staff"
    let hasDevelopmentKey: Bool
}
