import Access
package import Telemetry

/// The metrics of requests that were refused because of their caller.
package final class AccessMetrics: Sendable {
    /// The reasons of refusals, by the label `reason`.
    enum Reason: Sendable {
        /// The token, by the code of the problem.
        case token(AccessError)
        /// The role may not use the route.
        case forbidden
        /// The caller's address sends too many requests without a valid token.
        case addressLimit
        /// The customer or the tracking link sends too many requests.
        case callerLimit

        var name: String {
            switch self {
            case .token(let error): error.code
            case .forbidden: "forbidden"
            case .addressLimit: "addressLimit"
            case .callerLimit: "callerLimit"
            }
        }
    }

    private let refused: [String: Counter]

    package init(_ metrics: MetricsRegistry) throws(MetricsError) {
        var refused: [String: Counter] = [:]
        for name in AccessError.codes + ["forbidden", "addressLimit", "callerLimit"] {
            refused[name] = try metrics.counter(
                "waybill_requests_refused_total",
                help: "Requests that were refused because of their token, role or rate, by reason.",
                labels: ["reason": name]
            )
        }
        self.refused = refused
    }

    func refused(_ reason: Reason) { refused[reason.name]?.increment() }
}
