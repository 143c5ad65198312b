import Foundation
import HTTPTransport
import HTTPTypes
import Logging
import StrictJSON
import Testing
import Tracing

@testable import OTLPExport
@testable import OrderAPI
@testable import OrderLog

@Suite struct RequestSpansTests {
    // HTTPTypes has a name of its own for this field.
    private static let traceparent = HTTPField.Name.known("traceparent")
    private let exporter: OTLPExporter
    private let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    init() throws {
        let collector = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"]
        exporter = try #require(OTLPExporter(collector, logger: Logger(label: "spans")))
    }

    private var spans: RequestSpans { RequestSpans(exporter.tracer) }

    private func request(
        _ method: HTTPRequest.Method = .post,
        _ path: String = "/v1/orders?x=1",
        _ fields: HTTPFields = [:]
    ) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: "a", path: path, headerFields: fields)
    }

    /// The spans that have ended, as members by name, with attributes as text.
    private func ended() -> [[String: String]] {
        exporter.takeAll().map { span in
            var found: [String: String] = [:]
            for member in span.object?.members ?? [] { found[member.name] = member.value.string }
            if span["status"]?["code"] == 2 { found["status"] = "error" }
            for attribute in span["attributes"]?.array ?? [] {
                guard let name = attribute["key"]?.string else { continue }
                found[name] = attribute["value"]?.object?.members.first?.value.string
            }
            return found
        }
    }

    @Test func aRequestsSpanHasItsRouteAndStatus() throws {
        let request = request(.post, "/v1/orders?x=1", [Self.traceparent: parent, .assignedRequestId: "r-1"])
        let span = try #require(spans.begin(request))
        span.answered(request, route: "/v1/orders", status: .created)
        let found = try #require(ended().first)
        #expect(found["name"] == "POST /v1/orders")
        #expect(found["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(found["parentSpanId"] == "00f067aa0ba902b7")
        #expect(found["http.request.method"] == "POST")
        #expect(found["http.route"] == "/v1/orders")
        #expect(found["http.response.status_code"] == "201")
        #expect(found["url.path"] == "/v1/orders")
        #expect(found["url.scheme"] == "http")
        #expect(found["waybill.request.id"] == "r-1")
        #expect(found["status"] == nil && found["error.type"] == nil)
    }

    @Test func aCommandsStagesAreChildren() throws {
        let request = request()
        let span = try #require(spans.begin(request))
        var stages = AppendStages(lookUp: .milliseconds(3), commit: .milliseconds(2))
        stages.began = .now
        span.timings?.record(stages, queuedAt: stages.began, isWritten: true)
        span.accepted(
            CommandReceipt(
                orderId: UUID(),
                version: 1,
                status: "placed",
                position: LogPosition(epoch: "aaaaaaaa", seq: 7),
                events: [],
                replayed: false
            )
        )
        span.answered(request, route: "/v1/orders", status: .created)
        let found = ended()
        #expect(found.map { $0["name"] } == ["lookUp", "commit", "POST /v1/orders"])
        #expect(found.dropLast().allSatisfy { $0["parentSpanId"] == found.last?["spanId"] })
        #expect(found.last?["waybill.position"] == "aaaaaaaa-7")
        #expect(found[0]["endTimeUnixNano"] == found[1]["startTimeUnixNano"])
    }

    @Test func aRefusalNamesItsProblemAndAFailureIsAnError() throws {
        let refused = try #require(spans.begin(request()))
        refused.refused(.versionMismatch)
        refused.answered(request(), route: "/v1/orders", status: .preconditionFailed)
        let failed = try #require(spans.begin(request()))
        failed.answered(request(), route: "/v1/orders", status: .serviceUnavailable)
        let found = ended()
        #expect(found[0]["waybill.problem"] == "versionMismatch")
        #expect(found[0]["status"] == nil)
        #expect(found[1]["status"] == "error")
        #expect(found[1]["error.type"] == "503")
    }

    @Test(arguments: ["/healthz", "/readyz", "/metrics", "/metrics?x=1"])
    func probesHaveNoSpans(path: String) {
        #expect(spans.begin(request(.get, path)) == nil)
    }

    @Test func neitherMethodsNorTokensOfLinksAreNames() throws {
        let request = request(try #require(HTTPRequest.Method("BREW")), "/track/secret")
        try #require(spans.begin(request)).answered(request, route: "NotFound", status: .notFound)
        let found = try #require(ended().first)
        #expect(found["name"] == "HTTP")
        #expect(found["http.request.method"] == "_OTHER")
        #expect(found["url.path"] == "/track/{token}")
        #expect(found["http.route"] == nil)
    }

    @Test func aTraceThatIsNotRecordedAsksForNoTimes() throws {
        let field = parent.dropLast(2) + "00"
        let span = try #require(spans.begin(request(.post, "/v1/orders", [Self.traceparent: String(field)])))
        #expect(span.timings == nil)
        span.answered(request(), route: "/v1/orders", status: .ok)
        #expect(exporter.takeAll().isEmpty)
    }
}
