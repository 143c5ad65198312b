import StrictJSON
import Synchronization
package import Tracing

/// A span that goes to its exporter when it ends. One that is not recorded keeps its context alone.
package final class OTLPSpan: Span {
    /// The parts that may change until the span ends.
    private struct Content: Sendable {
        var name: String
        var attributes = SpanAttributes()
        var isFailed = false
        var hasEnded = false
    }

    package let context: ServiceContext
    let identity: SpanIdentity
    let parentId: String?
    private let kind: SpanKind
    /// Nanoseconds since 1970.
    private let began: UInt64
    private let exporter: OTLPExporter
    private let content: Mutex<Content>

    init(
        _ name: String,
        _ identity: SpanIdentity,
        parentId: String?,
        kind: SpanKind,
        began: UInt64,
        context: ServiceContext,
        exporter: OTLPExporter
    ) {
        self.identity = identity
        self.parentId = parentId
        self.kind = kind
        self.began = began
        self.context = context
        self.exporter = exporter
        content = Mutex(Content(name: name))
    }

    package var isRecording: Bool { identity.isSampled && content.withLock { !$0.hasEnded } }

    package var operationName: String {
        get { content.withLock { $0.name } }
        set { change { $0.name = newValue } }
    }

    package var attributes: SpanAttributes {
        get { content.withLock { $0.attributes } }
        set { change { $0.attributes = newValue } }
    }

    package func setStatus(_ status: SpanStatus) {
        change { $0.isFailed = status.code == .error }
    }

    /// Does nothing: the service's spans have no events.
    package func addEvent(_ event: SpanEvent) {}

    /// Does nothing: the service's spans have no links.
    package func addLink(_ link: SpanLink) {}

    /// Records the error's type. Its text may hold what a collector must not know.
    package func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        change { $0.attributes["error.type"] = String(reflecting: type(of: error)) }
    }

    package func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let ended = max(began, instant().nanosecondsSinceEpoch)
        change { content in
            content.hasEnded = true
            exporter.add(form(of: content, ended: ended))
        }
    }

    /// Changes a span that is recorded and has not ended.
    private func change(_ body: (inout Content) -> Void) {
        guard identity.isSampled else { return }
        content.withLock { content in
            if !content.hasEnded { body(&content) }
        }
    }

    /// The span in OTLP's JSON: ids in hexadecimal, 64-bit numbers as texts, enumerations as numbers.
    private func form(of content: Content, ended: UInt64) -> JSONValue {
        var attributes: [JSONValue] = []
        content.attributes.forEach { name, attribute in
            // Queries may hold tokens.
            guard name != "url.query", name != "url.full" else { return }
            attributes.append(["key": .string(name), "value": Self.form(of: attribute)])
        }
        return [
            "traceId": .string(identity.traceId), "spanId": .string(identity.spanId),
            "parentSpanId": .string(parentId ?? ""), "name": .string(content.name),
            "kind": .integer([SpanKind.server: 2, .client: 3][kind, default: 1]),
            "startTimeUnixNano": .string("\(began)"), "endTimeUnixNano": .string("\(ended)"),
            "attributes": .array(attributes), "status": ["code": content.isFailed ? 2 : 0],
        ]
    }

    private static func form(of attribute: SpanAttribute) -> JSONValue {
        switch attribute {
        case .int64(let number): ["intValue": .string("\(number)")]
        case .bool(let flag): ["boolValue": .bool(flag)]
        case .stringArray(let texts): ["arrayValue": ["values": .array(texts.map { form(of: .string($0)) })]]
        // Callers choose paths, and so their length.
        case .string(let text): ["stringValue": .string(String(decoding: text.utf8.prefix(1024), as: UTF8.self))]
        // No span of the service has another kind.
        default: ["stringValue": ""]
        }
    }
}
