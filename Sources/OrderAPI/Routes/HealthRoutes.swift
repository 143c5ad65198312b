import EventStreams
import HTTPTypes
import Hummingbird
import OrderLog
import StrictJSON

/// `GET /healthz`: the process answers. `GET /readyz`: it reaches its log and takes requests.
struct HealthRoutes: Sendable {
    let tail: LogTail
    let hub: StreamHub

    func add(to router: Router<WaybillContext>) {
        router.get("/healthz") { _, _ in Self.status("ok") }
        router.get("/readyz") { _, _ in try ready() }
    }

    /// The tail looks at the log each second, so its health answers without a query: anybody may ask this.
    private func ready() throws -> Response {
        guard !hub.isDraining else {
            throw Problem.busy(.unavailable, retryAfter: 5, "The service is shutting down.")
        }
        guard tail.isHealthy else { throw Problem.unavailable }
        return Self.status("ready")
    }

    private static func status(_ word: String) -> Response {
        .json(JSONWriter.object { $0.field("status", word) })
    }
}
