import HTTPTypes
import Orders
import Synchronization
package import Telemetry

/// The metrics of HTTP requests, by the pattern of their route. Streams have metrics of their own.
package final class RequestMetrics: Sendable {
    private struct Answer: Hashable {
        let method: String
        let route: String
        let status: String
    }

    private struct Handles {
        let count: Counter
        let times: Histogram
    }

    /// The route of requests that no route takes.
    private static let unknown = "none"
    /// The methods that metrics and traces tell apart.
    static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let buckets: [Double] = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10]

    private let registry: MetricsRegistry
    /// Made at the first answer of each kind; bounded by the routes.
    private let answers = Mutex<[Answer: Handles]>([:])

    package init(_ registry: MetricsRegistry) throws(MetricsError) {
        self.registry = registry
        // The names exist from the start.
        let answer = Answer(method: "GET", route: Self.unknown, status: "4xx")
        let handles = try Self.register(answer, in: registry)
        answers.withLock { $0[answer] = handles }
    }

    /// A request was answered.
    ///
    /// - Parameters:
    ///   - route: the pattern of the route; nil where none matched.
    ///   - duration: the time until the response began; its body may take longer.
    func answered(
        _ method: HTTPRequest.Method,
        route: String?,
        status: HTTPResponse.Status,
        in duration: Duration
    ) {
        let method = Self.methods.contains(method.rawValue) ? method.rawValue : "other"
        let answer = Answer(method: method, route: Self.label(of: route), status: Self.statusClass(of: status))
        let handles = answers.withLock { answers in
            if let known = answers[answer] { return known as Handles? }
            // Names and labels are fixed, so that they are never refused.
            let made = try? Self.register(answer, in: registry)
            answers[answer] = made
            return made
        }
        handles?.count.increment()
        handles?.times.observe(duration)
    }

    private static func statusClass(of status: HTTPResponse.Status) -> String {
        switch status.kind {
        case .informational: "1xx"
        case .successful: "2xx"
        case .redirection: "3xx"
        case .clientError: "4xx"
        case .serverError: "5xx"
        case .invalid: "\(status.code / 100)xx"
        }
    }

    /// The pattern of the routes of all commands for orders.
    static let orderCommands = "/v1/orders/{id}/{command}"

    /// The label of a route: commands, which have metrics by name, share one.
    private static func label(of route: String?) -> String {
        // Most requests.
        if route == orderCommands { return orderCommands }
        // Hummingbird names its answer where no route matches as if that were one.
        guard let route, route.hasPrefix("/") else { return unknown }
        let parts = route.split(separator: "/")
        guard parts.count == 4, parts[1] == "orders", CommandName(path: String(parts[3])) != nil else { return route }
        return orderCommands
    }

    private static func register(_ answer: Answer, in registry: MetricsRegistry) throws(MetricsError) -> Handles {
        Handles(
            count: try registry.counter(
                "waybill_http_requests_total",
                help: """
                    Requests that were answered, by method, pattern of the route and class of the status; streams, and \
                    what is refused before its route is known, are not among them.
                    """,
                labels: ["method": answer.method, "route": answer.route, "status": answer.status]
            ),
            times: try registry.histogram(
                "waybill_http_request_seconds",
                help: "Time from a request's head to the begin of its response.",
                labels: ["method": answer.method, "route": answer.route],
                buckets: buckets
            )
        )
    }
}
