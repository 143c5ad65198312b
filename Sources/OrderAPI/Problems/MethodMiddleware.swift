import HTTPTypes
import Hummingbird

/// Answers 405 instead of 404 where the path exists and the method does not (RFC 9110, section 15.5.6), and OPTIONS
/// with the methods of the path (section 9.3.7).
///
/// Added after all routes, so that it runs only where none of them matched.
struct MethodMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    private let paths: [(components: [String], allow: String)]

    init(routesOf router: Router<WaybillContext>) {
        let byPath = Dictionary(grouping: router.routes, by: { "\($0.path)" })
        paths = byPath.map { path, routes in
            var methods = Set(routes.map(\.method.rawValue))
            methods.insert("OPTIONS")
            if methods.contains("GET") { methods.insert("HEAD") }
            return (path.split(separator: "/").map(String.init), methods.sorted().joined(separator: ", "))
        }
    }

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            guard let allow = allowed(on: request.uri.path) else { throw error }
            if request.method == .options { return Response(status: .noContent, headers: [.allow: allow]) }
            var problem = Problem(.methodNotAllowed, "This resource has only these methods: \(allow).")
            problem.headers[.allow] = allow
            throw problem
        }
    }

    private func allowed(on path: String) -> String? {
        let parts = path.split(separator: "/")
        // Of several matching templates, the router takes the one with the most literal parts.
        return paths.filter { Self.matches($0.components, parts) }.max {
            Self.literalCount($0.components) < Self.literalCount($1.components)
        }?
        .allow
    }

    private static func matches(_ template: [String], _ parts: [Substring]) -> Bool {
        template.count == parts.count
            && zip(template, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    private static func literalCount(_ template: [String]) -> Int { template.count { !$0.hasPrefix("{") } }
}
