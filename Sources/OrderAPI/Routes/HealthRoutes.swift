import EventStreams
import HTTPTypes
import Hummingbird
import OrderLog
import StrictJSON

/// `GET /healthz`: tells that the process answers. `GET /readyz`: tells whether the service reaches its log and takes
/// requests.
struct HealthRoutes: Sendable {
    let tail: LogTail
    let hub: StreamHub

    func add(to router: Router<WaybillContext>) {
        router.get("/healthz") { _, _ in Self.response(.ok) }
        router.get("/readyz") { _, _ in try ready() }
    }

    /// Answers by the tail's health, without a query, since callers without a token may ask. The tail reads the log
    /// each second.
    private func ready() throws -> Response {
        guard !hub.isDraining else {
            throw Problem.busy(.unavailable, retryAfter: 5, "The service is shutting down.")
        }
        guard tail.isHealthy else { throw Problem.unavailable }
        return Self.response(.ready)
    }

    private static func response(_ status: HealthStatus) -> Response {
        .json(JSONWriter.object { $0.field("status", status.rawValue) })
    }
}
