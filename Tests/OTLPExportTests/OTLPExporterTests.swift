import AsyncHTTPClient
import Foundation
import Logging
import NIOHTTP1
import StrictJSON
import Telemetry
import Testing
import Tracing

@testable import OTLPExport

@Suite struct OTLPExporterTests {
    private static let endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"
    private static let tracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"

    private func make(_ variables: [String: String]) -> OTLPExporter? {
        OTLPExporter(variables, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func tracesAreOffUnlessAnEndpointIsSet() {
        #expect(make(["OTEL_SERVICE_NAME": "till"]) == nil)
    }

    @Test(arguments: [
        ([endpoint: "http://c:4318"], "http://c:4318/v1/traces"),
        ([endpoint: "https://c/otlp/"], "https://c/otlp/v1/traces"),
        ([endpoint: "http://c", tracesEndpoint: "http://d:1/own"], "http://d:1/own"),
    ])
    func theAddressIsThatOfTraces(variables: [String: String], url: String) throws {
        #expect(try #require(make(variables)).request.url.absoluteString == url)
    }

    @Test(arguments: ["collector:4317", "ftp://c", "http://", ""])
    func anAddressOfAnotherFormSwitchesTracesOff(text: String) {
        #expect(make([Self.tracesEndpoint: text]) == nil)
    }

    @Test func headersAreDecodedAndThoseOfAnotherFormLeftOut() throws {
        let text = "api-key=a%20b%3D, x-tenant = shop=1 ,key,=,bad=%zz,content-type=text/plain,"
        let exporter = try #require(make([Self.endpoint: "http://c", "OTEL_EXPORTER_OTLP_HEADERS": text]))
        let headers = exporter.request.headers.map { "\($0.name): \($0.value)" }
        #expect(headers == ["api-key: a b=", "x-tenant: shop=1", "Content-Type: application/json"])
    }

    @Test func spansAreDroppedBeyondTheBoundAndCounted() throws {
        let exporter = try #require(make([Self.endpoint: "http://c"]))
        let registry = MetricsRegistry()
        try exporter.register(in: registry)
        for number in 0..<8195 { exporter.add(.integer(number)) }
        #expect(registry.exposition().contains(#"waybill_trace_spans_total{outcome="dropped"} 3"#))
        let spans = exporter.takeAll()
        #expect(spans.count == 8192)
        #expect(spans.last == 8191)
        #expect(exporter.takeAll().isEmpty)
    }

    @Test(arguments: [("0", false), ("1", true), ("half", true)])
    func theShareDecidesWhereNoCallerDoes(share: String, isRecorded: Bool) throws {
        let exporter = try #require(make([Self.endpoint: "http://c", "OTEL_TRACES_SAMPLER_ARG": share]))
        #expect(exporter.tracer.startSpan("s", context: .topLevel).isRecording == isRecorded)
    }
}
