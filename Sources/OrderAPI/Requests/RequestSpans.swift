package import HTTPTypes
package import Tracing

/// Makes the span of each request, in the trace of its caller where it has one.
///
/// A way of answering requests calls `begin` when a request's head has come and `RequestSpan.answered` when its
/// response begins; commands give `RequestSpan.timings` to their submission. The spans of a command's stages are made
/// when the request has been answered.
package struct RequestSpans: Sendable {
    private let tracer: any Tracer

    package init(_ tracer: any Tracer) {
        self.tracer = tracer
    }

    /// - Returns: nil for the requests of probes and of Prometheus, which come all the time and tell nothing.
    package func begin(_ request: HTTPRequest) -> RequestSpan? {
        guard !Self.isProbe(request.path ?? "") else { return nil }
        var context = ServiceContext.topLevel
        tracer.extract(request.headerFields, into: &context, using: FieldExtractor())
        let clock = SpanClock()
        let span = tracer.startSpan(
            Self.method(of: request),
            context: context,
            ofKind: .server,
            at: clock.start
        )
        return RequestSpan(span: span, clock: clock, tracer: tracer)
    }

    /// The method as the conventions of OpenTelemetry want it, so that callers cannot choose any number of names.
    static func method(of request: HTTPRequest) -> String {
        let method = request.method.rawValue
        return RequestMetrics.methods.contains(method) ? method : "_OTHER"
    }

    private static func isProbe(_ target: String) -> Bool {
        guard target.hasPrefix("/healthz") || target.hasPrefix("/readyz") || target.hasPrefix("/metrics") else {
            return false
        }
        return ["/healthz", "/readyz", "/metrics"].contains(RequestTarget.path(target))
    }

    /// Reads header fields of which there is one; several say nothing.
    private struct FieldExtractor: Extractor {
        func extract(key: String, from fields: HTTPFields) -> String? {
            guard let name = HTTPField.Name(key) else { return nil }
            let values = fields[values: name]
            return values.count == 1 ? values[0] : nil
        }
    }
}
