import Access
import HTTPTypes
import OrderAPI
import StrictJSON

/// One operation of the API, as `/openapi.json` describes it. A test holds these against the routes that are served.
struct APIOperation {
    let method: HTTPRequest.Method
    /// With parameters in braces: `/v1/orders/{id}`.
    let path: String
    let id: String
    let tag: Tag
    let summary: String
    var note = ""
    let access: Access
    var parameters: [JSONValue] = []
    var body: JSONValue?
    /// The answers that are no problems.
    var answers: [APIAnswer]
    /// The problems that come up besides those of every route with such access.
    var problems: [ProblemCode] = []
    /// Headers of every problem.
    var problemHeaders: [String] = []

    enum Access {
        case permission(Permission)
    }

    enum Tag: String, CaseIterable {
        case commands, orders, events, streams, statistics, projections, service

        var note: String {
            switch self {
            case .commands: "What shops, carriers and payment providers say. An accepted command is in the log once."
            case .orders: "Orders as they are, and as they were."
            case .events: "The log, in ascending order of position."
            case .streams: "Server-Sent Events: what changes, as it changes, resumable at exactly the next event."
            case .statistics: "Counts over the token's shops."
            case .projections: "Read models and their replay."
            case .service: "The service itself."
            }
        }
    }

    var key: String { "\(method.rawValue) \(path)" }
}

/// One status of an operation.
struct APIAnswer {
    let status: Int
    let note: String
    var headers: [String] = []
    /// Media types and what they hold.
    var content: [(String, JSONValue)] = []
}

extension APIOperation {
    /// The codes that may come as problem details, by status.
    var problemsByStatus: [(status: Int, codes: [ProblemCode])] {
        let all = Set(problems + access.problems)
        let byStatus = Dictionary(grouping: ProblemCode.allCases.filter(all.contains), by: \.status.code)
        return byStatus.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension APIOperation.Access {
    static let authentication: [ProblemCode] = [
        .missingToken, .malformedToken, .badSignature, .unknownKey, .expiredToken, .notYetValid, .wrongAudience,
        .invalidClaims,
    ]

    /// The roles that the table of who may do what admits; nil where no token is asked for.
    var roles: [Role]? {
        switch self {
        case .permission(let permission):
            permission.verdict(for: nil) == .allowed
                ? nil
                : Role.allCases.filter { [.allowed, .own].contains(permission.verdict(for: $0)) }
        }
    }

    var problems: [ProblemCode] {
        switch self {
        case .permission:
            guard let roles else { return [] }
            return Self.authentication + (roles.count < Role.allCases.count ? [.forbidden] : [])
                + [.invalidQuery, .tooManyRequests, .internalError, .unavailable]
        }
    }
}
