import HTTPTypes
import Hummingbird
import Logging
import Postgres

/// Turns whatever a handler throws into problem details, once and for all routes.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = WaybillContext

    func handle(
        _ request: Request,
        context: WaybillContext,
        next: (Request, WaybillContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response
        } catch let error as HTTPError {
            return Self.problem(error).response
        } catch let error as PostgresError {
            context.logger.error("database error", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return (error.isUnavailability ? Problem.unavailable : .internalError).response
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            return Problem.internalError.response
        }
    }

    private static func problem(_ error: HTTPError) -> Problem {
        switch error.status {
        case .notFound: .notFound
        case .methodNotAllowed: Problem(.methodNotAllowed, "This resource does not have that method.")
        case .contentTooLarge: Problem(.bodyTooLarge, "The body is larger than this route takes.")
        case let status where status.kind == .clientError: Problem(.malformedRequest, "The request is malformed.")
        default: .internalError
        }
    }
}

extension PostgresError {
    /// The database cannot be reached or has no room for the request now; the same request may succeed later. Classes of
    /// SQLSTATE: 08 connection, 53 resources, 57 operator intervention, a cancelled statement included.
    var isUnavailability: Bool {
        switch kind {
        case .connect, .connectionLost, .closed, .timeout, .cancelled: true
        case .server: ["08", "53", "57"].contains(sqlState?.prefix(2) ?? "")
        case .decoding, .usage: false
        }
    }
}
