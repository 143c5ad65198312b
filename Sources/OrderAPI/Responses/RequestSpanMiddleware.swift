import Hummingbird
import Tracing

/// Makes a span of each request. Added where a tracer is installed alone, before all others.
struct RequestSpanMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    let spans: RequestSpans

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        guard let span = spans.begin(request.head) else { return try await next(request, context) }
        var context = context
        context.span = span
        let traced = context
        do {
            let response = try await ServiceContext.withValue(span.context) { try await next(request, traced) }
            span.answered(request.head, route: context.endpointPath, status: response.status)
            return response
        } catch {
            span.answered(request.head, route: context.endpointPath, status: nil)
            throw error
        }
    }
}
