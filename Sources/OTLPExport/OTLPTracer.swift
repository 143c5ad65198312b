import Telemetry
package import Tracing

/// A tracer whose ended spans go to an exporter.
package struct OTLPTracer: Tracer {
    let exporter: OTLPExporter

    package func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> OTLPSpan {
        var context = context()
        let parent = context.span
        let identity = SpanIdentity(
            traceId: parent?.traceId ?? SpanIdentity.randomDigits() + SpanIdentity.randomDigits(),
            spanId: SpanIdentity.randomDigits(),
            isSampled: parent?.isSampled ?? (.random(in: 0..<1) < exporter.share)
        )
        context.span = identity
        return OTLPSpan(
            operationName,
            identity,
            parentId: parent?.spanId,
            kind: kind,
            began: instant().nanosecondsSinceEpoch,
            context: context,
            exporter: exporter
        )
    }

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        let text = extractor.extract(key: "traceparent", from: carrier)
        guard let parent = text.flatMap({ TraceParent($0) }) else { return }
        context.span = SpanIdentity(traceId: parent.traceId, spanId: parent.parentId, isSampled: parent.isSampled)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.span else { return }
        let text = "00-\(span.traceId)-\(span.spanId)-\(span.isSampled ? "01" : "00")"
        injector.inject(text, forKey: "traceparent", into: &carrier)
    }

    /// Does nothing: the exporter sends what waits at once, and at its end.
    package func forceFlush() {}
}

extension OTLPExporter {
    package var tracer: OTLPTracer { OTLPTracer(exporter: self) }
}

/// The identity of a span, by which other spans name it as their parent (W3C Trace Context).
struct SpanIdentity: Sendable, Hashable {
    /// 32 hexadecimal digits.
    let traceId: String
    /// 16 hexadecimal digits.
    let spanId: String
    /// True where the trace is recorded.
    let isSampled: Bool

    /// 16 hexadecimal digits, of which one at least is not 0.
    static func randomDigits() -> String {
        let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = SpanIdentity
    }

    /// The span that work in this context belongs to; nil for none.
    var span: SpanIdentity? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
