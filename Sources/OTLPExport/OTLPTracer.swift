import Telemetry
package import Tracing

/// A tracer whose finished spans wait, encoded, for an `OTLPExporter`.
package final class OTLPTracer: Tracer {
    private let sampler: TraceSampler
    private let queue: SpanQueue

    /// The most characters of a `tracestate` that is passed on; W3C Trace Context asks for 512 at least.
    private static let stateLength = 512

    init(sampler: TraceSampler, queue: SpanQueue) {
        self.sampler = sampler
        self.queue = queue
    }

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
        let traceId = parent?.traceId ?? (high: SpanIdentity.random(), low: SpanIdentity.random())
        let identity = SpanIdentity(
            traceId: traceId,
            spanId: SpanIdentity.random(),
            isSampled: isSampled(traceId.low, parent, kind),
            state: parent?.state
        )
        context.span = identity
        return OTLPSpan(
            identity: identity,
            parent: parent?.spanId,
            kind: kind,
            name: operationName,
            began: instant().nanosecondsSinceEpoch,
            context: context,
            queue: queue
        )
    }

    /// The spans within the process do as its first one: only that of a request decides.
    private func isSampled(_ traceBits: UInt64, _ parent: SpanIdentity?, _ kind: SpanKind) -> Bool {
        if let parent, kind != .server, kind != .consumer { return parent.isSampled }
        return sampler.records(parent: parent?.isSampled, traceBits: traceBits)
    }

    package func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        let text = extractor.extract(key: "traceparent", from: carrier)
        guard let parent = text.flatMap({ TraceParent($0) }) else { return }
        let state = extractor.extract(key: "tracestate", from: carrier)
        let isKept = state.map { $0.utf8.count <= Self.stateLength && $0.utf8.allSatisfy { 0x20...0x7E ~= $0 } }
        context.span = SpanIdentity(parent, state: isKept == true ? state : nil)
    }

    package func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let span = context.span else { return }
        injector.inject(span.traceparent, forKey: "traceparent", into: &carrier)
        if let state = span.state { injector.inject(state, forKey: "tracestate", into: &carrier) }
    }

    /// Does nothing: the exporter sends what waits within seconds, and at its end.
    package func forceFlush() {}
}
