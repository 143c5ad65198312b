import StrictJSON
import Testing
import Tracing

@testable import OTLPExport

@Suite struct SpanEncoderTests {
    private let queue = SpanQueue()
    private let identity = SpanIdentity(
        traceId: (0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736),
        spanId: 0x00f0_67aa_0ba9_02b7,
        isSampled: true,
        state: "vendor=1"
    )

    private static let forms: [(SpanAttribute, JSONValue)] = [
        (SpanAttribute.int64(200), ["intValue": "200"]), (.int32(-3), ["intValue": "-3"]),
        (.bool(true), ["boolValue": true]),
        (.double(.infinity), ["doubleValue": "Infinity"]), (.double(-.infinity), ["doubleValue": "-Infinity"]),
        (.double(.nan), ["doubleValue": "NaN"]), (.string("a\nb"), ["stringValue": "a\nb"]),
        (.stringArray(["a", "b"]), ["arrayValue": ["values": [["stringValue": "a"], ["stringValue": "b"]]]]),
        (.int64Array([1]), ["arrayValue": ["values": [["intValue": "1"]]]]),
        (
            .string(String(repeating: "x", count: 5000)),
            ["stringValue": .string(String(repeating: "x", count: 4096))]
        ),
    ]

    private func span(parent: UInt64? = nil, kind: SpanKind = .internal) -> OTLPSpan {
        OTLPSpan(
            identity: identity,
            parent: parent,
            kind: kind,
            name: "POST /v1/orders",
            began: 1_700_000_000_000_000_001,
            context: .topLevel,
            queue: queue
        )
    }

    private func ended(_ span: OTLPSpan) throws -> JSONObject {
        span.end(at: DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: 1_700_000_000_250_000_000))
        guard case .object(let object) = try JSONValue.parse(try #require(queue.take()).bytes) else {
            throw Unexpected()
        }
        return object
    }

    private struct Unexpected: Error {}

    @Test func aSpanHasTheNamesAndFormsOfOTLP() throws {
        let span = span(parent: 0x1f, kind: .server)
        span.attributes["http.route"] = "/v1/orders"
        span.setStatus(SpanStatus(code: .error, message: "no \"luck\""))
        #expect(
            try JSONValue.object(ended(span)) == [
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
                "spanId": "00f067aa0ba902b7",
                "traceState": "vendor=1",
                "parentSpanId": "000000000000001f",
                "name": "POST /v1/orders",
                "kind": 2,
                "startTimeUnixNano": "1700000000000000001",
                "endTimeUnixNano": "1700000000250000000",
                "attributes": [["key": "http.route", "value": ["stringValue": "/v1/orders"]]],
                "status": ["code": 2, "message": "no \"luck\""],
            ]
        )
    }

    @Test(arguments: forms)
    func eachKindOfAttributeHasItsForm(attribute: SpanAttribute, value: JSONValue) throws {
        let span = span()
        span.attributes.set("a", value: attribute)
        #expect(try ended(span)["attributes"] == [["key": "a", "value": value]])
    }

    @Test func aNumberWithAFractionIsANumber() throws {
        let span = span()
        span.attributes["a"] = 0.25
        #expect(
            try ended(span)["attributes"] == [
                ["key": "a", "value": ["doubleValue": .number(JSONNumber(text: "0.25"))]]
            ]
        )
    }

    @Test func queriesNeverLeave() throws {
        let span = span()
        span.attributes["url.query"] = "token=secret"
        span.attributes["url.full"] = "https://a.example/b?token=secret#c"
        let url: JSONValue = ["key": "url.full", "value": ["stringValue": "https://a.example/b"]]
        #expect(try ended(span)["attributes"] == [url])
    }

    @Test func eventsAndLinksAreBoundedAndTheRestIsCounted() throws {
        let span = span()
        var context = ServiceContext.topLevel
        context.span = identity
        for _ in 0..<130 {
            span.addEvent(SpanEvent(name: "e"))
            span.addLink(SpanLink(context: context, attributes: [:]))
        }
        span.addLink(SpanLink(context: .topLevel, attributes: [:]))
        let object = try ended(span)
        #expect(object["droppedEventsCount"] == 2)
        #expect(object["droppedLinksCount"] == 2)
        guard case .array(let events)? = object["events"], case .array(let links)? = object["links"] else {
            throw Unexpected()
        }
        #expect(events.count == 128)
        #expect(
            links.first == [
                "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7", "traceState": "vendor=1",
            ]
        )
    }

    @Test func anErrorsTextStaysHere() throws {
        let span = span()
        span.recordError(Unexpected())
        guard case .array(let events)? = try ended(span)["events"], case .object(let event)? = events.first else {
            throw Unexpected()
        }
        #expect(event["name"] == "exception")
        let type: JSONValue = .string(String(reflecting: Unexpected.self))
        #expect(event["attributes"] == [["key": "exception.type", "value": ["stringValue": type]]])
    }

    @Test func aSpanEndsOnceAndChangesNoMore() throws {
        let span = span()
        _ = try ended(span)
        span.operationName = "later"
        span.end()
        #expect(queue.take() == nil)
        #expect(span.operationName == "POST /v1/orders")
        #expect(!span.isRecording)
    }

    @Test func anExportIsOneDocument() throws {
        let (head, tail) = SpanEncoder.envelope(of: [("service.name", "till")], version: "0.1.0")
        #expect(
            try JSONValue.parse(head + Array("{}".utf8) + [UInt8(ascii: ",")] + Array("{}".utf8) + tail) == [
                "resourceSpans": [
                    [
                        "resource": ["attributes": [["key": "service.name", "value": ["stringValue": "till"]]]],
                        "scopeSpans": [["scope": ["name": "waybill", "version": "0.1.0"], "spans": [[:], [:]]]],
                    ]
                ]
            ]
        )
    }
}
