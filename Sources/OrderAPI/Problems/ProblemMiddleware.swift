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
        } catch {
            return Problem(error, on: request.uri.path, context.logger).response
        }
    }
}

extension Problem {
    /// What a client is told of an error. What it is not told is in the log.
    init(_ error: any Error, on path: String, _ logger: Logger) {
        switch error {
        case let problem as Problem: self = problem
        case let error as HTTPError: self = Self.problem(error)
        case let error as PostgresError:
            logger.error("database error", metadata: ["error": "\(error)", "path": "\(path)"])
            self = error.isUnavailability ? .unavailable : .internalError
        default:
            logger.error("request failed", metadata: ["error": "\(error)", "path": "\(path)"])
            self = .internalError
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
