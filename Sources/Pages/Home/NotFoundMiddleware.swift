import HTTPTypes
import Hummingbird
import OrderAPI

/// Answers browsers with a page where the service has no such path. Programs, which seldom ask for HTML, get problem
/// details, and so does everybody on routes that exist.
struct NotFoundMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    let renderer: PageRenderer

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound && Self.wantsPage(request) {
            // Customers have no use for the pages of the staff.
            if let page = try TrackRoutes.broken(request, renderer) { return page }
            return try renderer.response(to: request, "not-found", NotFoundPage(), PageOptions(status: .notFound))
        }
    }

    private static func wantsPage(_ request: Request) -> Bool {
        [.get, .head].contains(request.method)
            && AcceptedTypes(request.headers[values: .accept]).namePage
    }
}

/// The variables of the template `not-found`, which has none.
struct NotFoundPage: Sendable {}
