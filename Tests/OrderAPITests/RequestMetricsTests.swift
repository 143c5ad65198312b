import HTTPTypes
import Telemetry
import Testing

@testable import OrderAPI

@Suite struct RequestMetricsTests {
    private let registry = MetricsRegistry()

    private func count(_ labels: String) -> String? {
        let prefix = "waybill_http_requests_total{\(labels)} "
        return registry.exposition().split(separator: "\n").first { $0.hasPrefix(prefix) }.map {
            String($0.dropFirst(prefix.count))
        }
    }

    @Test func commandsShareOneRoute() throws {
        let metrics = try RequestMetrics(registry)
        metrics.answered(.post, route: "/v1/orders/{id}/note", status: .ok, in: .milliseconds(3))
        metrics.answered(.post, route: "/v1/orders/{id}/hold", status: .created, in: .milliseconds(3))
        metrics.answered(.get, route: "/v1/orders/{id}/events", status: .ok, in: .milliseconds(3))
        #expect(count(#"method="POST",route="/v1/orders/{id}/{command}",status="2xx""#) == "2")
        #expect(count(#"method="GET",route="/v1/orders/{id}/events",status="2xx""#) == "1")
    }

    @Test func seriesAreBoundedWhateverIsAsked() throws {
        let metrics = try RequestMetrics(registry)
        for number in 0..<50 {
            let method = try #require(HTTPRequest.Method("M\(number)"))
            metrics.answered(method, route: nil, status: .notFound, in: .zero)
        }
        #expect(count(#"method="other",route="none",status="4xx""#) == "50")
        #expect(
            registry.exposition().split(separator: "\n").filter { $0.hasPrefix("waybill_http_requests") }.count == 2
        )
    }

    @Test func namesAreThereFromTheStart() throws {
        _ = try RequestMetrics(registry)
        #expect(count(#"method="GET",route="none",status="4xx""#) == "0")
        #expect(registry.exposition().contains("# TYPE waybill_http_request_seconds histogram\n"))
    }
}
