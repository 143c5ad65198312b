import Access
import HTTPTypes
import OrderAPI
import StrictJSON

/// One operation of the API, as `/openapi.json` describes it. A test compares the operations with the served routes.
struct APIOperation {
    let method: HTTPRequest.Method
    /// The path, with parameters in braces: `/v1/orders/{id}`.
    let path: String
    let id: String
    let tag: Tag
    let summary: String
    var note = ""
    let permission: Permission
    var parameters: [JSONValue] = []
    var body: JSONValue?
    /// The responses that are not problems.
    var answers: [APIAnswer]
    /// The problems of the operation beside those of every operation with its permission.
    var problems: [ProblemCode] = []
    /// The headers of the operation's problems.
    var problemHeaders: [String] = []

    enum Tag: String, CaseIterable {
        case commands, orders, events, streams, tracking, statistics, projections, service

        var note: String {
            switch self {
            case .commands:
                "Changes to orders, by shops, carriers and payment providers. An accepted command is in the log exactly once."
            case .orders: "Orders as they are now, or as of a moment in the past."
            case .events: "The log, in ascending order of position."
            case .streams:
                "Server-Sent Events: each change as it happens. A client that comes back continues at exactly the next event."
            case .tracking: "Links by which anybody who has one follows an order as its customer."
            case .statistics: "Counts over the token's shops."
            case .projections: "Read models and their replay."
            case .service: "Health, metrics and the description of the API."
            }
        }
    }

    var key: String { "\(method.rawValue) \(path)" }
}

extension APIOperation {
    /// The codes that may come as problem details, by status.
    var problemsByStatus: [(status: Int, codes: [ProblemCode])] {
        let all = Set(problems + accessProblems)
        let byStatus = Dictionary(grouping: ProblemCode.allCases.filter(all.contains), by: \.status.code)
        return byStatus.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension APIOperation {
    private static let authenticationProblems: [ProblemCode] = [
        .missingToken, .malformedToken, .badSignature, .unknownKey, .expiredToken, .notYetValid, .wrongAudience,
        .wrongIssuer, .invalidClaims,
    ]

    /// The roles that may use the operation; nil where no token is needed.
    var roles: [Role]? {
        permission.verdict(for: nil) == .allowed
            ? nil
            : Role.allCases.filter { [.allowed, .own].contains(permission.verdict(for: $0)) }
    }

    /// The problems of every operation that needs a token.
    private var accessProblems: [ProblemCode] {
        guard let roles else { return [] }
        return Self.authenticationProblems + (roles.count < Role.allCases.count ? [.forbidden] : [])
            + [.invalidQuery, .tooManyRequests, .internalError, .unavailable, .notDurable, .noKeys, .keyNotFetched]
    }
}
