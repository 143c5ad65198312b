import StrictJSON
import Testing
import Tracing

@testable import OTLPExport

@Suite struct OTLPTracerTests {
    private static let traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
    private let queue = SpanQueue()

    private struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    private func tracer(_ sampler: TraceSampler = .standard) -> OTLPTracer {
        OTLPTracer(sampler: sampler, queue: queue)
    }

    private func context(_ fields: [String: String], _ tracer: OTLPTracer) -> ServiceContext {
        var context = ServiceContext.topLevel
        tracer.extract(fields, into: &context, using: Fields())
        return context
    }

    @Test func aSpanContinuesTheCallersTrace() throws {
        let tracer = tracer()
        let fields = ["traceparent": "00-\(Self.traceId)-00f067aa0ba902b7-01", "tracestate": "a=1"]
        let span = tracer.startSpan("s", context: context(fields, tracer), ofKind: .server)
        #expect(span.parent == 0x00f0_67aa_0ba9_02b7)
        var sent: [String: String] = [:]
        tracer.inject(span.context, into: &sent, using: Fields())
        let parent = try #require(sent["traceparent"])
        #expect(parent.hasPrefix("00-\(Self.traceId)-") && parent.hasSuffix("-01"))
        #expect(!parent.contains("00f067aa0ba902b7"))
        #expect(sent["tracestate"] == "a=1")
    }

    @Test func aTraceThatItsCallerDoesNotRecordIsNotRecorded() throws {
        let tracer = tracer()
        let context = context(["traceparent": "00-\(Self.traceId)-00f067aa0ba902b7-00"], tracer)
        let span = tracer.startSpan("s", context: context, ofKind: .server)
        #expect(!span.isRecording)
        span.attributes["a"] = "b"
        #expect(span.attributes.isEmpty)
        span.end()
        #expect(queue.take() == nil)
        var sent: [String: String] = [:]
        tracer.inject(span.context, into: &sent, using: Fields())
        #expect(sent["traceparent"]?.hasSuffix("-00") == true)
    }

    @Test func aChildDoesAsItsParent() throws {
        let tracer = tracer(try #require(TraceSampler(name: "always_on", argument: nil)))
        let context = context(["traceparent": "00-\(Self.traceId)-00f067aa0ba902b7-00"], tracer)
        let root = tracer.startSpan("s", context: context, ofKind: .server)
        #expect(root.isRecording)
        let child = tracer.startSpan("c", context: root.context)
        #expect(child.isRecording)
        #expect(child.parent == root.identity.spanId)
        #expect(child.identity.traceId == root.identity.traceId)
    }

    @Test(
        arguments: [
            [:], ["traceparent": "00-0"],
            ["traceparent": "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01"],
        ] as [[String: String]]
    )
    func aTraceBeginsHereWithoutAValidCaller(fields: [String: String]) throws {
        let tracer = tracer()
        let span = tracer.startSpan("s", context: context(fields, tracer), ofKind: .server)
        #expect(span.parent == nil)
        #expect(span.isRecording)
        #expect(span.identity.spanId != 0)
    }

    @Test(arguments: ["a=1\r\nX: 1", String(repeating: "a", count: 513)])
    func aStateThatCannotBeSentGoesNoFurther(state: String) {
        let tracer = tracer()
        let fields = ["traceparent": "00-\(Self.traceId)-00f067aa0ba902b7-01", "tracestate": state]
        #expect(context(fields, tracer).span?.state == nil)
    }
}
