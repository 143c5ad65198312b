import Hummingbird

/// Refuses every request that would change something, on an edge: commands go to a server (RFC 9110, section 15.5.20).
struct EdgeMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        switch request.method {
        case .get, .head, .options: return try await next(request, context)
        default:
            throw Problem(
                .edge,
                "This process serves streams and reads alone. Send what changes something to a server of the service."
            )
        }
    }
}
