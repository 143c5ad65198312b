import HTTPTransport
import Hummingbird
package import Logging
import OrderLog
import Postgres

extension Problem {
    /// The problem that a client reads of any error. Logs errors whose cause the client is not told.
    ///
    /// - Parameter path: the request's target, for the log, which gets it without secrets.
    package init(_ error: any Error, on path: String, logger: Logger) {
        lazy var path = RequestTarget.loggable(path)
        switch error {
        case let problem as Problem: self = problem
        case let error as RequestBodyError: self = Problem(error)
        case let error as HTTPError: self = Self.problem(error)
        // The log has one line for all of them.
        case let error as PostgresError where error.isNotDurable: self = .notDurable
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
