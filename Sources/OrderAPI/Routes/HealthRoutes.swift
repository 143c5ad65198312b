import Access
import EventStreams
import HTTPTypes
import Hummingbird
import OrderLog
import StrictJSON

/// `GET /healthz`: tells that the process answers. `GET /readyz`: tells whether the service takes commands and answers
/// reads, or the reason why it cannot.
struct HealthRoutes: Sendable {
    let readiness: any ReadinessSource
    let keys: KeySource
    let hub: StreamHub

    func add(to router: Router<WaybillContext>) {
        router.get("/healthz") { _, _ in Self.response(.ok) }
        router.get("/readyz") { _, _ in try ready() }
    }

    /// Answers by what the monitor has found, without a query, since callers without a token may ask.
    private func ready() throws -> Response {
        guard !hub.isDraining else {
            throw Problem.busy(.unavailable, retryAfter: 5, "The service is shutting down.")
        }
        if let unreadiness = readiness.unreadiness {
            throw Problem.busy(.unavailable, retryAfter: 1, unreadiness.message)
        }
        guard keys.isUsable(now: WallClock().seconds()) else {
            throw Problem.busy(.noKeys, retryAfter: 2, Unreadiness.noKeys.message)
        }
        guard hub.failedLanes == 0 else {
            throw Problem.busy(.unavailable, retryAfter: 5, Unreadiness.lanesFailed.message)
        }
        return Self.response(.ready)
    }

    private static func response(_ status: HealthStatus) -> Response {
        .json(JSONWriter.object { $0.field("status", status.rawValue) })
    }
}
