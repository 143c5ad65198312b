import Hummingbird

/// Counts each request with its route, status and time. Added before all others.
struct RequestMetricsMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    let metrics: RequestMetrics

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        let response = try await next(request, context)
        metrics.answered(request.method, route: context.endpointPath, status: response.status, in: .now - began)
        return response
    }
}
