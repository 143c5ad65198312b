import Hummingbird

/// Answers errors of handlers with problem details, for all routes.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error, on: request.uri.path, logger: context.logger)
            context.span?.refused(problem.code)
            return problem.response
        }
    }
}
