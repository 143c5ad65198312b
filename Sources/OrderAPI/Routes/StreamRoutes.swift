import EventStreams
import HTTPTypes
import Hummingbird

/// `GET /v1/orders/{id}/stream`, `GET /v1/customers/{ref}/stream` and `GET /v1/stream`, as far as they are the framework's:
/// `StreamRequestHandler` answers them before it. Here they are known by their names, and answer HEAD.
struct StreamRoutes: Sendable {
    let streams: StreamAuthorizer

    func add(to router: Router<WaybillContext>) {
        for route in StreamTarget.routes {
            router.get(RouterPath(route)) { request, context in try await head(request, context) }
        }
    }

    /// What a stream's head would say (RFC 9110, section 9.3.2).
    private func head(_ request: Request, _ context: WaybillContext) async throws -> Response {
        guard let target = StreamTarget(path: request.uri.path[...]) else { throw Problem.notFound }
        _ = try await streams.open(target, request.head, from: context.clientAddress)
        return Response(status: .ok, headers: StreamResponse.fields)
    }
}
