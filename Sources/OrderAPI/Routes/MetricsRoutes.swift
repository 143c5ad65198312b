import Access
import HTTPTypes
import Hummingbird
import NIOCore
import Telemetry

/// `GET /metrics`: the process's metrics in Prometheus' text format.
struct MetricsRoutes: Sendable {
    let authorizer: Authorizer
    let registry: MetricsRegistry

    func add(to router: Router<WaybillContext>) {
        router.get("/metrics") { request, context in
            _ = try await authorizer.authorize(request, in: context, to: .administration)
            _ = try QueryReader(request, parameters: [])
            let headers: HTTPFields = [.contentType: Exposition.contentType, .cacheControl: "no-store"]
            let body = ResponseBody(byteBuffer: ByteBuffer(string: registry.exposition()))
            return Response(status: .ok, headers: headers, body: body)
        }
    }
}
