package import Telemetry

/// The metrics of spans, which exist where traces are switched on.
package struct SpanMetrics: Sendable {
    let sent = Counter()
    /// Spans that the collector does not want.
    let refused = Counter()
    /// Spans that were given up since the collector did not take them in time.
    let expired = Counter()
    /// Spans for which there was no room.
    let overflowed: Counter
    private let queueBytes: @Sendable () -> Int

    init(_ queue: SpanQueue) {
        overflowed = queue.dropped
        queueBytes = { queue.byteCount }
    }

    /// The metrics of a queue that stays empty.
    package static var idle: SpanMetrics { SpanMetrics(SpanQueue()) }

    package func register(in registry: MetricsRegistry) throws(MetricsError) {
        let name = "waybill_trace_spans_total"
        let help = """
            Spans that have ended: taken by the collector (sent), refused by it, given up after a minute of attempts \
            (expired), or dropped since too many waited (dropped); only with a collector, as all of this kind.
            """
        try registry.counter(name, help: help, labels: ["outcome": "sent"], sent)
        try registry.counter(name, help: help, labels: ["outcome": "refused"], refused)
        try registry.counter(name, help: help, labels: ["outcome": "expired"], expired)
        try registry.counter(name, help: help, labels: ["outcome": "dropped"], overflowed)
        let queueBytes = queueBytes
        try registry.gauge(
            "waybill_trace_queue_bytes",
            help: "Bytes of spans that wait for the collector, of 4 MiB at most."
        ) {
            Double(queueBytes())
        }
    }
}
