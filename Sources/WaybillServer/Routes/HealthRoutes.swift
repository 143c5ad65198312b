import HTTPTypes
import Hummingbird
import LiveStreams
import OrderLog
import StrictJSON

/// `GET /healthz`: the process answers. `GET /readyz`: it reaches its log and takes requests.
struct HealthRoutes: Sendable {
    let tail: LogTail
    let hub: StreamHub
    let reader: LogReader

    func add(to router: Router<WaybillContext>) {
        router.get("/healthz") { _, _ in Self.status("ok") }
        router.get("/readyz") { _, _ in try await ready() }
    }

    private func ready() async throws -> Response {
        guard !hub.isDraining else {
            throw Problem.busy(.unavailable, retryAfter: 5, "The service is shutting down.")
        }
        guard tail.isHealthy else { throw Problem.unavailable }
        _ = try await reader.head()
        return Self.status("ready")
    }

    private static func status(_ word: String) -> Response {
        .json(JSONWriter.object { $0.field("status", word) })
    }
}
