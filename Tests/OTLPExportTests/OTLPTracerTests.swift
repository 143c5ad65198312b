import Logging
import StrictJSON
import Testing
import Tracing

@testable import OTLPExport

@Suite struct OTLPTracerTests {
    private static let traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let collector = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"]
    private let exporter: OTLPExporter

    private struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    init() throws {
        // Callers have the last word, whatever the share.
        let variables = Self.collector.merging(["OTEL_TRACES_SAMPLER_ARG": "0"]) { $1 }
        exporter = try #require(OTLPExporter(variables, logger: Logger(label: "spans")))
    }

    private func context(_ traceparent: String) -> ServiceContext {
        var context = ServiceContext.topLevel
        exporter.tracer.extract(["traceparent": traceparent], into: &context, using: Fields())
        return context
    }

    private func injected(_ span: OTLPSpan) -> String? {
        var sent: [String: String] = [:]
        exporter.tracer.inject(span.context, into: &sent, using: Fields())
        return sent["traceparent"]
    }

    private func recorded(_ kind: SpanKind = .internal) -> OTLPSpan {
        let context = context("00-\(Self.traceId)-00f067aa0ba902b7-01")
        let began = DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_700_000_000_000_000_001)
        return exporter.tracer.startSpan("POST /v1/orders", context: context, ofKind: kind, at: began)
    }

    @Test func aSpanContinuesTheCallersTrace() throws {
        let span = recorded(.server)
        #expect(span.isRecording)
        #expect(span.parentId == "00f067aa0ba902b7")
        #expect(injected(span) == "00-\(Self.traceId)-\(span.identity.spanId)-01")
        #expect(span.identity.spanId != span.parentId)
    }

    @Test func aTraceThatItsCallerDoesNotRecordIsNotRecorded() throws {
        let exporter = try #require(OTLPExporter(Self.collector, logger: Logger(label: "spans")))
        let context = context("00-\(Self.traceId)-00f067aa0ba902b7-00")
        let span = exporter.tracer.startSpan("s", context: context, ofKind: .server)
        #expect(!span.isRecording)
        span.attributes["a"] = "b"
        #expect(span.attributes.isEmpty)
        span.end()
        #expect(exporter.takeAll().isEmpty)
        #expect(injected(span)?.hasSuffix("-00") == true)
    }

    @Test func aChildDoesAsItsParent() {
        let root = recorded(.server)
        let child = exporter.tracer.startSpan("c", context: root.context)
        #expect(child.isRecording)
        #expect(child.parentId == root.identity.spanId)
        #expect(child.identity.traceId == root.identity.traceId)
    }

    @Test(arguments: ["00-0", "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01"])
    func aTraceBeginsHereWithoutAValidCaller(traceparent: String) {
        let span = exporter.tracer.startSpan("s", context: context(traceparent), ofKind: .server)
        #expect(span.parentId == nil)
        #expect(span.identity.traceId.wholeMatch(of: /[0-9a-f]{32}/) != nil)
        #expect(span.identity.spanId.wholeMatch(of: /[0-9a-f]{16}/) != nil)
    }

    @Test func aSpanHasTheNamesAndFormsOfOTLP() {
        let span = recorded(.server)
        span.attributes["http.route"] = "/v1/orders"
        span.setStatus(SpanStatus(code: .error))
        span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_700_000_000_250_000_000))
        #expect(
            exporter.takeAll() == [
                [
                    "traceId": .string(Self.traceId), "spanId": .string(span.identity.spanId),
                    "parentSpanId": "00f067aa0ba902b7", "name": "POST /v1/orders", "kind": 2,
                    "startTimeUnixNano": "1700000000000000001", "endTimeUnixNano": "1700000000250000000",
                    "attributes": [["key": "http.route", "value": ["stringValue": "/v1/orders"]]],
                    "status": ["code": 2],
                ]
            ]
        )
    }

    @Test(
        arguments: [
            (.int64(200), ["intValue": "200"]), (.bool(true), ["boolValue": true]),
            (.stringArray(["a", "b"]), ["arrayValue": ["values": [["stringValue": "a"], ["stringValue": "b"]]]]),
            (.string("a\nb"), ["stringValue": "a\nb"]),
            (
                .string(String(repeating: "x", count: 5000)),
                ["stringValue": .string(String(repeating: "x", count: 1024))]
            ),
        ] as [(SpanAttribute, JSONValue)]
    )
    func eachKindOfAttributeHasItsForm(attribute: SpanAttribute, value: JSONValue) {
        let span = recorded()
        span.attributes.set("a", value: attribute)
        span.end()
        #expect(exporter.takeAll().first?["attributes"] == [["key": "a", "value": value]])
    }

    @Test func queriesNeverLeave() {
        let span = recorded(.client)
        span.attributes["url.query"] = "token=secret"
        span.attributes["url.full"] = "https://a.example/b?token=secret#c"
        span.end()
        let found = exporter.takeAll()
        #expect(found.first?["kind"] == 3)
        #expect(found.first?["attributes"] == [])
    }

    @Test func anErrorsTextStaysHere() {
        struct Secret: Error {}
        let span = recorded()
        span.recordError(Secret())
        span.end()
        let type: JSONValue = .string(String(reflecting: Secret.self))
        #expect(exporter.takeAll().first?["attributes"] == [["key": "error.type", "value": ["stringValue": type]]])
    }

    @Test func aSpanEndsOnceAndChangesNoMore() {
        let span = recorded()
        span.end()
        span.operationName = "later"
        span.end()
        #expect(exporter.takeAll().count == 1)
        #expect(span.operationName == "POST /v1/orders")
        #expect(!span.isRecording)
    }
}
