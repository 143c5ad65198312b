import EventStreams
import HTTPTypes
import Hummingbird

/// `HEAD` on the paths of streams.
///
/// The routes are registered for GET, so that the router knows them, but `StreamRequestHandler` answers GET before the
/// request reaches Hummingbird.
struct StreamRoutes: Sendable {
    let streams: StreamAuthorizer

    func add(to router: Router<WaybillContext>) {
        for route in StreamTarget.routes {
            router.get(RouterPath(route)) { request, context in try await head(request, context) }
        }
    }

    /// The head of the response that GET would begin (RFC 9110, section 9.3.2).
    private func head(_ request: Request, _ context: WaybillContext) async throws -> Response {
        guard let target = StreamTarget(path: request.uri.path[...]) else { throw Problem.notFound }
        _ = try await streams.decide(on: target, request.head, from: context.clientAddress)
        return Response(status: .ok, headers: StreamResponse.fields)
    }
}
