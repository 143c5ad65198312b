import HTTPTransport
import Hummingbird
import Logging
import Telemetry

/// Prepares each request for its handler: the lines of the log get the request's identifier, and the body is asked of
/// the client only where a handler reads it.
struct ReceivedRequestMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.logger = context.logger.naming(request.headers)
        guard let trace = TraceParent(request.headers) else { return try await pass(request, context, to: next) }
        return try await TraceContext.$traceparent.withValue(trace.text) {
            try await pass(request, context, to: next)
        }
    }

    private func pass(
        _ request: Request,
        _ context: WaybillContext,
        to next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        guard request.method != .get, request.method != .head else { return try await next(request, context) }
        var request = request
        let body = ReceivedBody(request.body, fields: request.headers, on: context.channel)
        request.body = RequestBody(asyncSequence: body)
        return try await next(request, context)
    }
}
