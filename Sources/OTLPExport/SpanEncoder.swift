import StrictJSON
import Tracing

/// Encodes spans as OTLP's JSON (opentelemetry.proto.trace.v1): ids in hexadecimal, 64-bit numbers as strings,
/// enumerations as numbers.
enum SpanEncoder {
    /// The most attributes of a span, an event or a link.
    private static let mostAttributes = 128
    /// The most bytes of an attribute's text.
    private static let longestText = 4096

    /// One span.
    ///
    /// - Parameter ended: nanoseconds since 1970.
    static func bytes(of span: OTLPSpan, _ content: OTLPSpan.Content, ended: UInt64) -> [UInt8] {
        JSONWriter.object(reserving: 768) { writer in
            write(span.identity, to: &writer)
            if let parent = span.parent {
                writer.key("parentSpanId")
                writer.plainString { SpanIdentity.append(parent, to: &$0) }
            }
            writer.field("name", bounded(content.name))
            writer.field("kind", number(of: span.kind))
            writer.field("startTimeUnixNano", "\(span.began)")
            writer.field("endTimeUnixNano", "\(ended)")
            write(content.attributes, to: &writer)
            if !content.events.isEmpty {
                writer.array("events", content.events) { writer, event in
                    writer.object { writer in
                        writer.field("timeUnixNano", "\(event.nanosecondsSinceEpoch)")
                        writer.field("name", bounded(event.name))
                        write(event.attributes, to: &writer)
                    }
                }
            }
            if !content.links.isEmpty {
                writer.array("links", content.links) { writer, link in
                    writer.object { writer in
                        write(link.identity, to: &writer)
                        write(link.attributes, to: &writer)
                    }
                }
            }
            if content.droppedEvents > 0 { writer.field("droppedEventsCount", content.droppedEvents) }
            if content.droppedLinks > 0 { writer.field("droppedLinksCount", content.droppedLinks) }
            if let status = content.status {
                writer.object("status") { writer in
                    writer.field("code", status.code == .error ? 2 : 1)
                    writer.field("message", status.message.map(bounded))
                }
            }
        }
    }

    /// The bytes before and after the spans of an export, which are separated by commas.
    ///
    /// - Parameters:
    ///   - resource: what the process is, by the names of OpenTelemetry's conventions.
    ///   - version: that of the library that makes the spans.
    static func envelope(of resource: [(String, String)], version: String) -> (head: [UInt8], tail: [UInt8]) {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        writer.key("resourceSpans")
        writer.beginArray()
        writer.beginObject()
        writer.object("resource") { writer in
            writer.array("attributes", resource) { writer, attribute in
                writer.object { writer in
                    writer.field("key", attribute.0)
                    writer.object("value") { $0.field("stringValue", bounded(attribute.1)) }
                }
            }
        }
        writer.key("scopeSpans")
        writer.beginArray()
        writer.beginObject()
        writer.object("scope") { writer in
            writer.field("name", "waybill")
            writer.field("version", version)
        }
        writer.key("spans")
        writer.beginArray()
        let head = writer.bytes
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return (head, Array(writer.bytes[head.count...]))
    }

    private static func write(_ identity: SpanIdentity, to writer: inout JSONWriter) {
        writer.key("traceId")
        writer.plainString { SpanIdentity.append(identity.traceId, to: &$0) }
        writer.key("spanId")
        writer.plainString { SpanIdentity.append(identity.spanId, to: &$0) }
        writer.field("traceState", identity.state)
    }

    private static func write(_ attributes: SpanAttributes, to writer: inout JSONWriter) {
        guard !attributes.isEmpty else { return }
        var (written, dropped) = (0, 0)
        writer.key("attributes")
        writer.beginArray()
        attributes.forEach { name, attribute in
            // Queries may hold tokens.
            guard name != "url.query", name != "http.target" else { return }
            guard written < mostAttributes else {
                dropped += 1
                return
            }
            written += 1
            writer.object { writer in
                writer.field("key", bounded(name))
                writer.key("value")
                write(name == "url.full" ? withoutQuery(attribute) : attribute, to: &writer)
            }
        }
        writer.endArray()
        if dropped > 0 { writer.field("droppedAttributesCount", dropped) }
    }

    private static func withoutQuery(_ attribute: SpanAttribute) -> SpanAttribute {
        guard case .string(let text) = attribute else { return attribute }
        return .string(String(text.prefix { $0 != "?" && $0 != "#" }))
    }

    private static func write(_ attribute: SpanAttribute, to writer: inout JSONWriter) {
        writer.object { writer in
            switch attribute {
            case .int32(let number): writer.field("intValue", "\(number)")
            case .int64(let number): writer.field("intValue", "\(number)")
            case .double(let number): write(number, to: &writer)
            case .bool(let flag): writer.field("boolValue", flag)
            case .string(let text): writer.field("stringValue", bounded(text))
            case .stringConvertible(let value): writer.field("stringValue", bounded("\(value)"))
            case .int32Array(let numbers): write(numbers.map { .int32($0) }, to: &writer)
            case .int64Array(let numbers): write(numbers.map { .int64($0) }, to: &writer)
            case .doubleArray(let numbers): write(numbers.map { .double($0) }, to: &writer)
            case .boolArray(let flags): write(flags.map { .bool($0) }, to: &writer)
            case .stringArray(let texts): write(texts.map { .string($0) }, to: &writer)
            case .stringConvertibleArray(let values): write(values.map { .string("\($0)") }, to: &writer)
            // The library may add kinds; an empty value is a valid one.
            default: break
            }
        }
    }

    private static func write(_ elements: [SpanAttribute], to writer: inout JSONWriter) {
        writer.object("arrayValue") { writer in
            writer.array("values", elements.prefix(mostAttributes)) { write($1, to: &$0) }
        }
    }

    private static func write(_ number: Double, to writer: inout JSONWriter) {
        writer.key("doubleValue")
        // JSON has no such numbers; Protocol Buffers write their names.
        guard number.isFinite else {
            return writer.string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity")
        }
        writer.raw(Array("\(number)".utf8))
    }

    /// The text within its bound, by whole characters.
    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > longestText else { return text }
        return String(decoding: text.utf8.prefix(longestText), as: UTF8.self)
    }

    private static func number(of kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
